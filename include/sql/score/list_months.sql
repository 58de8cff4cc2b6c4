-- grain: one row per scored month
-- reads: score.month
-- writes: nothing
select
    month,
    state
from score.month
order by month desc
