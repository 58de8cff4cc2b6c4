-- Medians over people, so that their number protects each of them: somebody's
-- scorecards of a post are one figure, of their counts where it is a share of
-- counts. What is the store's is nobody's own and in none of them.
-- grain: one row per post, figure and unit of a month
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with people as (
    select
        card.role,
        line.kpi_id,
        line.unit,
        card.employee_no,
        case
            when
                count(*) > 1
                and line.unit = 'share'
                and min(line.denominator) > 0
                and count(line.numerator) = count(*)
                and count(line.denominator) = count(*)
                then sum(line.numerator) / sum(line.denominator)
            else avg(line.value)
        end as value
    from score.scorecard as card
    inner join score.scorecard_line as line
        on card.scorecard_id = line.scorecard_id
    where
        card.month = :month -- noqa: RF02
        and line.value is not null
        and line.credit <> 'store'
    group by card.role, line.kpi_id, line.unit, card.employee_no
),

figures as (
    select
        role,
        kpi_id,
        unit,
        value,
        row_number() over (
            partition by role, kpi_id, unit
            order by value
        ) as place,
        count(*) over (partition by role, kpi_id, unit) as people
    from people
)

select
    role,
    kpi_id,
    unit,
    min(people) as people,
    avg(value) as median
from figures
where place in ((people + 1) / 2, (people + 2) / 2)
group by role, kpi_id, unit
order by role, kpi_id, unit
