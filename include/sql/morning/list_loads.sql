-- With what the loads of the feed had on other nights: the median of the nights
-- before, where there were enough of them.
-- grain: one row per load of the day
-- reads: ops.load
-- writes: –
with asked as (
    select
        cast(:day as date) as night,
        cast(:nights as integer) as nights,
        cast(:least_nights as integer) as least_nights
)

select
    loads.system,
    loads.feed,
    loads.state,
    loads.failure,
    loads.pulled,
    loads.promoted,
    loads.unchanged,
    loads.stale,
    loads.collapsed,
    loads.quarantined,
    others.usual_rows
from asked
inner join ops.load as loads on asked.night = loads.business_day
left join lateral (
    select
        percentile_cont(0.5) within group (
            order by earlier.pulled
        ) as usual_rows
    from ops.load as earlier
    where
        earlier.system = loads.system
        and earlier.feed = loads.feed
        and earlier.business_day between
        asked.night - asked.nights and asked.night - 1
        and earlier.state = 'merged'
    having count(*) >= asked.least_nights
) as others on true
order by loads.system, loads.feed
