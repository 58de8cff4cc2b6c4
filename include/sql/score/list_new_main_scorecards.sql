-- As list_main_scorecards, of the month as it is computed now.
-- grain: one row per employee with a scorecard that counts
-- reads: pg_temp.new_scorecard, pg_temp.new_line
-- writes: nothing
with
score_lines as (
    select
        scorecard_id,
        denominator
    from new_line
    where kpi_id = :kpi
)

select distinct on (new_scorecard.employee_no)
    new_scorecard.employee_no,
    new_scorecard.scorecard_id,
    new_scorecard.store_code
from new_scorecard
left join score_lines
    on new_scorecard.scorecard_id = score_lines.scorecard_id
where
    not new_scorecard.is_trial
    and new_scorecard.role = any(cast(:posts as text[])) -- noqa: RF02
order by
    new_scorecard.employee_no asc,
    score_lines.denominator desc nulls last,
    new_scorecard.scorecard_id asc
