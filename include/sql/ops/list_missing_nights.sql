-- grain: one row per night and system without a load, or with one not merged
-- reads: ops.load
-- writes: –
with systems as (
    select unnest(cast(:systems as text[])) as system
),

nights as (
    select cast(night as date) as day
    from
        generate_series(
            cast(:first as timestamp),
            cast(:last as timestamp),
            interval '1 day'
        ) as night
)

select
    nights.day,
    systems.system
from nights
cross join systems
where
    not exists (
        select 1
        from ops.load as loads
        where
            loads.system = systems.system
            and loads.business_day = nights.day
            and loads.state = 'merged'
    )
    or exists (
        select 1
        from ops.load as loads
        where
            loads.system = systems.system
            and loads.business_day = nights.day
            and loads.state <> 'merged'
    )
order by nights.day, systems.system
