-- grain: one row per store and what is ranked in a month
-- reads: core.regional_rank
-- writes: nothing
select
    store_code,
    metric,
    rank_no,
    ranked
from core.regional_rank
where
    month = :month
    and store_code = any(:stores)
