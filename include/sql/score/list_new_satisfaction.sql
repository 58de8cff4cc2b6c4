-- As list_satisfaction, of the month as it is computed now.
-- grain: one row per employee
-- reads: pg_temp.new_scorecard, pg_temp.new_line
-- writes: nothing
with
score_lines as (
    select
        scorecard_id,
        numerator,
        denominator
    from new_line
    where kpi_id = :kpi
)

select
    new_scorecard.employee_no,
    coalesce(sum(score_lines.numerator), 0) as satisfied,
    coalesce(sum(score_lines.denominator), 0) as answered
from new_scorecard
left join score_lines
    on new_scorecard.scorecard_id = score_lines.scorecard_id
where not new_scorecard.is_trial
group by new_scorecard.employee_no
order by new_scorecard.employee_no
