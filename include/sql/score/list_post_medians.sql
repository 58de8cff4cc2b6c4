-- grain: one row per post and figure of a month, over all people who have it
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with figures as (
    select
        card.role,
        line.kpi_id,
        line.value,
        row_number() over (
            partition by card.role, line.kpi_id
            order by line.value
        ) as place,
        count(*) over (partition by card.role, line.kpi_id) as people
    from score.scorecard as card
    inner join score.scorecard_line as line
        on card.scorecard_id = line.scorecard_id
    where
        card.month = :month -- noqa: RF02
        and line.value is not null
)

select
    role,
    kpi_id,
    min(people) as people,
    avg(value) as median
from figures
where place in ((people + 1) / 2, (people + 2) / 2)
group by role, kpi_id
order by role, kpi_id
