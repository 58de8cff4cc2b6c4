-- grain: one row: the newest business day that was merged, or null
-- reads: ops.load
-- writes: nothing
select max(business_day) as newest_day
from ops.load
where state = 'merged'
