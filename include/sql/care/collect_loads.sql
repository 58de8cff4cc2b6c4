-- grain: one row per load
-- reads: ops.load, ops.stage_report
-- writes: pg_temp.night_load
with last_tasks as (
    select max(reported_at) as reported_at
    from ops.stage_report
    where stage = 'tasks'
),

-- Other stages have other keys, which are no dates.
news as materialized (
    select
        r.part,
        cast(r.partition_key as date) as business_day
    from last_tasks
    inner join ops.stage_report as r on last_tasks.reported_at < r.reported_at
    where r.stage = 'merge'
)

insert into night_load (
    load_id,
    feed
)
select
    load_id,
    feed
from ops.load
where business_day = cast(:day as date)
union
select
    l.load_id,
    l.feed
from news
inner join ops.load as l
    on
        news.business_day = l.business_day
        and news.part = l.system || '/' || l.feed
