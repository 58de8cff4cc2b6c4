-- Who works where, since before the history.
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
    'E0' || substr(stores.store_code, 3) || digits.digit as employee_no,
    stores.store_code,
    (
        array[
            'DIR', 'SUP', 'SC', 'SA', 'AC', 'TECHNICIAN', 'CONSULTANT', 'SC',
            'AC', 'SM'
        ]
    )[1 + digits.digit] as role,
    date '2015-01-01' as valid_from,
    stores.row_hash,
    stores.version_at,
    stores.version_day,
    stores.load_id
from core.store as stores
cross join generate_series(0, 9) as digits (digit)
