-- grain: one row per rated employee and item of a month
-- reads: core.rating
-- writes: nothing
select
    store_code,
    employee_no,
    item,
    value,
    rater_no
from core.rating
where
    month = :month
    and store_code = any(:stores)
