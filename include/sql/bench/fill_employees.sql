-- Ten people a store, one of each role or two.
-- grain: one row per employee
-- reads: core.store
-- writes: core.employee
insert into core.employee (
    employee_no,
    name
)
select
    'E0' || substr(stores.store_code, 3) || digits.digit as employee_no,
    '员工' || digits.digit as name
from core.store as stores
cross join generate_series(0, 9) as digits (digit)
