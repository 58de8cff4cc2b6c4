-- Published months of these that something came in for since they were last
-- scored: a load, or a night's tasks or people. Where nothing did, no figure
-- can differ.
-- grain: one row per month
-- reads: score.publication, ops.stage_report, ops.load
-- writes: nothing
with
published as (
    select publication.month
    from score.publication
    where publication.month = any(:months)
),

looked_at as (
    select
        published.month,
        coalesce(max(stage_report.reported_at), '-infinity') as looked_at
    from published
    left join ops.stage_report
        on
            published.month = stage_report.partition_key
            and stage_report.stage = 'scorecards'
    group by published.month
),

newest as (
    select
        greatest(
            (
                select max(load.changed_at) from ops.load
                where load.state = 'merged'
            ),
            (
                select max(stage_report.reported_at) from ops.stage_report
                where stage_report.stage in ('tasks', 'people')
            )
        ) as came_at
)

select looked_at.month
from looked_at
cross join newest
where newest.came_at > looked_at.looked_at
order by looked_at.month
