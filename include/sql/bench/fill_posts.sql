-- Who works where: a supervisor, a director where the brand scores one, seven
-- for customers of sales and the others for those of repairs.
-- grain: one row per employee
-- reads: core.store
-- writes: core.assignment
insert into core.assignment (
    employee_no,
    store_code,
    role,
    valid_from,
    row_hash,
    version_at,
    version_day,
    load_id
)
select
    'E' || substr(stores.store_code, 3)
    || lpad(cast(numbers.number as text), 2, '0') as employee_no,
    stores.store_code,
    case
        when numbers.number = 0 then 'SUP'
        when numbers.number = 1 and stores.brand = 'SKODA' then 'DIR'
        when numbers.number between 2 and 8 then 'SC'
        else 'AC'
    end as role,
    date '2015-01-01' as valid_from,
    stores.row_hash,
    stores.version_at,
    stores.version_day,
    stores.load_id
from core.store as stores
cross join generate_series(0, 14) as numbers (number)
