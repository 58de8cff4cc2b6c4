-- grain: one row per feed of a system with a load on the day
-- reads: ops.load
-- writes: –
select feed
from ops.load
where
    business_day = :day
    and system = :system
    and state <> 'pulling'
