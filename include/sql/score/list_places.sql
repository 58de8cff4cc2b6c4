-- Places among all people of a post in the group; equal shares have the better
-- place.
-- grain: one row per scorecard that is ranked, of one store or of some people
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with ranked as (
    select
        card.scorecard_id,
        card.store_code,
        card.employee_no,
        rank() over (
            partition by card.role
            order by line.value desc
        ) as place,
        count(*) over (partition by card.role) as ranked
    from score.scorecard as card
    inner join score.scorecard_line as line
        on card.scorecard_id = line.scorecard_id
    where
        card.month = :month -- noqa: RF02
        and line.kpi_id = :kpi_id -- noqa: RF02
        and line.value is not null
        and line.denominator >= :minimum_n -- noqa: RF02
)

select
    scorecard_id,
    place,
    ranked
from ranked
where
    store_code = :store_code
    or employee_no = any(cast(:employee_nos as text[]))
order by scorecard_id
