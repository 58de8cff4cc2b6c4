-- A store's figure stands on several scorecards and counts once.
-- grain: one row per month and figure, over all people
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with
cards as (
    select
        scorecard_id,
        month,
        store_code
    from score.scorecard
    where month = any(:months)
),

figures as (
    select distinct on (
        cards.month,
        scorecard_line.kpi_id,
        case
            when scorecard_line.credit = 'store' then cards.store_code
            else cards.scorecard_id
        end
    )
        cards.month,
        scorecard_line.kpi_id,
        scorecard_line.numerator,
        scorecard_line.denominator
    from cards
    inner join score.scorecard_line
        on cards.scorecard_id = scorecard_line.scorecard_id
    order by
        cards.month,
        scorecard_line.kpi_id,
        case
            when scorecard_line.credit = 'store' then cards.store_code
            else cards.scorecard_id
        end,
        scorecard_line.scorecard_id
)

select
    month,
    kpi_id,
    sum(numerator) as numerator,
    sum(denominator) as denominator
from figures
group by month, kpi_id
order by month, kpi_id
