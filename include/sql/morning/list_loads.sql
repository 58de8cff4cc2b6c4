-- grain: one row per load of the day
-- reads: ops.load
-- writes: –
select
    system,
    feed,
    state,
    failure,
    pulled,
    promoted,
    unchanged,
    stale,
    collapsed,
    quarantined
from ops.load
where business_day = :day
order by system, feed
