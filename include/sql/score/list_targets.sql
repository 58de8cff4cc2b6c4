-- grain: one row per store or employee, and metric of a month
-- reads: core.target
-- writes: nothing
select
    store_code,
    employee_no,
    metric,
    value
from core.target
where
    month = :month
    and store_code = any(:stores)
