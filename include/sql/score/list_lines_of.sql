-- A store's figure stands on several scorecards and is told once.
-- grain: one row per line of a KPI, or per store where it is the store's
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with
cards as (
    select
        scorecard_id,
        store_code
    from score.scorecard
    where
        month = :month
        and (employee_no = :employee_no or :employee_no = 'all')
),

lines as (
    select distinct on (
        case
            when scorecard_line.credit = 'store' then cards.store_code
            else cards.scorecard_id
        end
    )
        scorecard_line.scorecard_id,
        scorecard_line.numerator,
        scorecard_line.denominator,
        scorecard_line.excluded,
        scorecard_line.credit
    from cards
    inner join score.scorecard_line
        on cards.scorecard_id = scorecard_line.scorecard_id
    where scorecard_line.kpi_id = :kpi_id -- noqa: RF02
    order by
        case
            when scorecard_line.credit = 'store' then cards.store_code
            else cards.scorecard_id
        end,
        scorecard_line.scorecard_id
)

select
    scorecard_id,
    numerator,
    denominator,
    excluded,
    credit
from lines
order by scorecard_id
