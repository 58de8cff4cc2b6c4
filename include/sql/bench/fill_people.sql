-- Fifteen people a store, all of posts that are scored.
-- grain: one row per employee
-- reads: core.store
-- writes: core.employee
insert into core.employee (
    employee_no,
    name
)
select
    'E' || substr(stores.store_code, 3)
    || lpad(cast(numbers.number as text), 2, '0') as employee_no,
    '员工' || substr(stores.store_code, 3)
    || lpad(cast(numbers.number as text), 2, '0') as name
from core.store as stores
cross join generate_series(0, 14) as numbers (number)
