-- What people reached in a post over these months, without scorecards on trial.
-- grain: one row per employee, post and store
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with
month_cards as (
    select
        scorecard_id,
        month,
        employee_no,
        role,
        store_code
    from score.scorecard
    where
        month = any(:months)
        and not is_trial
),

score_lines as (
    select
        scorecard_id,
        numerator,
        denominator,
        value
    from score.scorecard_line
    where kpi_id = :kpi
)

select
    month_cards.employee_no,
    month_cards.role,
    month_cards.store_code,
    sum(score_lines.numerator) as satisfied,
    sum(score_lines.denominator) as answered,
    array_agg(
        month_cards.scorecard_id
        order by month_cards.scorecard_id
    ) as scorecards
from month_cards
inner join score_lines
    on month_cards.scorecard_id = score_lines.scorecard_id
where score_lines.value is not null
group by
    month_cards.employee_no,
    month_cards.role,
    month_cards.store_code
order by
    month_cards.employee_no,
    month_cards.role,
    month_cards.store_code
