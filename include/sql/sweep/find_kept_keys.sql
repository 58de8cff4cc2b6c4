-- The newest sweep of a feed, where its keys are still there, all of them.
-- grain: at most one row
-- reads: ops.sweep, staging.swept_key
-- writes: nothing
with sweeps as (
    select
        sweep_id,
        business_day,
        changed_since,
        keys
    from ops.sweep
    where
        system = :system
        and feed = :feed
        and state = 'done'
    order by business_day desc
    limit 1
),

counted as (
    select count(*) as kept
    from staging.swept_key as swept
    inner join sweeps on swept.sweep_id = sweeps.sweep_id
)

select
    sweeps.sweep_id,
    sweeps.business_day,
    sweeps.changed_since,
    sweeps.keys
from sweeps
inner join counted on sweeps.keys = counted.kept
