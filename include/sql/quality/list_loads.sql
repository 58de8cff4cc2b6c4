-- The loads of a business day with their counts.
-- grain: one load
-- reads: ops.load
-- writes: nothing
select
    system,
    feed,
    state,
    pulled,
    promoted,
    unchanged,
    stale,
    collapsed,
    quarantined,
    failure,
    changed_at
from ops.load
where business_day = :day
order by system, load_id
