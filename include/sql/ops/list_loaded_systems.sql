-- grain: one row per system with a load on the day
-- reads: ops.load
-- writes: –
select distinct system
from ops.load
where business_day = :day
