-- grain: one row per store or employee, and metric
-- reads: core.external_score
-- writes: nothing
select
    store_code,
    employee_no,
    metric,
    scale,
    value
from core.external_score
where
    month = :month
    and store_code = any(:stores)
