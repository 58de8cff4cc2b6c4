-- The newest business days that were loaded.
-- grain: one row per business day
-- reads: ops.load
-- writes: nothing
select business_day
from ops.load
group by business_day
order by business_day desc
limit :most
