-- The scorecard of a person that most answers stand on, of posts that the
-- ladder of sanctions is for.
-- grain: one row per employee with a scorecard that counts
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with
month_cards as (
    select
        scorecard_id,
        employee_no,
        store_code
    from score.scorecard
    where
        month = :month
        and not is_trial
        and role = any(cast(:posts as text[]))
),

score_lines as (
    select
        scorecard_id,
        denominator
    from score.scorecard_line
    where kpi_id = :kpi
)

select distinct on (month_cards.employee_no)
    month_cards.employee_no,
    month_cards.scorecard_id,
    month_cards.store_code
from month_cards
left join score_lines
    on month_cards.scorecard_id = score_lines.scorecard_id
order by
    month_cards.employee_no asc,
    score_lines.denominator desc nulls last,
    month_cards.scorecard_id asc
