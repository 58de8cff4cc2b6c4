-- As list_dissatisfied, of the month as it is computed now.
-- grain: one row per answer that was not satisfied
-- reads: pg_temp.new_scorecard, pg_temp.new_evidence
-- writes: nothing
with
answers as (
    select
        scorecard_id,
        row_key
    from new_evidence
    where
        kpi_id = :kpi
        and not is_numerator
        and not is_excluded
)

select
    new_scorecard.employee_no,
    answers.row_key
from new_scorecard
inner join answers on new_scorecard.scorecard_id = answers.scorecard_id
where not new_scorecard.is_trial
order by new_scorecard.employee_no, answers.row_key
