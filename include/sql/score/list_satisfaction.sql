-- A person's score over all scorecards that count: trial ones do not.
-- grain: one row per employee
-- reads: score.scorecard, score.scorecard_line
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

score_lines as (
    select
        scorecard_id,
        numerator,
        denominator
    from score.scorecard_line
    where kpi_id = :kpi
)

select
    month_cards.employee_no,
    coalesce(sum(score_lines.numerator), 0) as satisfied,
    coalesce(sum(score_lines.denominator), 0) as answered
from month_cards
left join score_lines
    on month_cards.scorecard_id = score_lines.scorecard_id
group by month_cards.employee_no
order by month_cards.employee_no
