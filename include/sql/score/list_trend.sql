-- grain: one row per month and figure, over all people
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with
cards as (
    select
        scorecard_id,
        month
    from score.scorecard
    where month = any(:months)
)

select
    cards.month,
    scorecard_line.kpi_id,
    sum(scorecard_line.numerator) as numerator,
    sum(scorecard_line.denominator) as denominator
from cards
inner join score.scorecard_line
    on cards.scorecard_id = scorecard_line.scorecard_id
group by cards.month, scorecard_line.kpi_id
order by cards.month, scorecard_line.kpi_id
