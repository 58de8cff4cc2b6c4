-- The load of a feed's business day, locked for the one who merges it, with
-- the stale rows that merge itself found when it ran before.
-- grain: one load
-- reads: ops.load, ops.stage_report
-- writes: nothing
with loads as (
    select *
    from ops.load
    where
        system = :system
        and feed = :feed
        and business_day = :day
    for update
)

select
    loads.load_id,
    loads.state,
    loads.pulled,
    loads.collapsed,
    loads.quarantined,
    loads.stale - case
        when loads.state = 'merged'
            then coalesce(
                cast(reports.counts ->> 'older_than_core' as bigint), 0
            )
        else 0
    end as stale_in_load
from loads
left join ops.stage_report as reports
    on
        reports.stage = 'merge'
        and cast(loads.business_day as text) = reports.partition_key
        and loads.system || '/' || loads.feed = reports.part
