-- grain: one row per answer that was not satisfied
-- reads: score.scorecard, score.evidence
-- writes: nothing
with
month_cards as (
    select
        scorecard_id,
        employee_no
    from score.scorecard
    where
        month = :month
        and not is_trial
),

answers as (
    select
        scorecard_id,
        row_key
    from score.evidence
    where
        kpi_id = :kpi
        and not is_numerator
        and not is_excluded
)

select
    month_cards.employee_no,
    answers.row_key
from month_cards
inner join answers on month_cards.scorecard_id = answers.scorecard_id
order by month_cards.employee_no, answers.row_key
