-- grain: one row per month of these that has scorecards
-- reads: score.month
-- writes: nothing
select month
from score.month
where month = any(:months)
order by month
