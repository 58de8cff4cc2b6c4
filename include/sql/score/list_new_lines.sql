-- grain: one row per scorecard line as computed now, with who and where
-- reads: pg_temp.new_scorecard, pg_temp.new_line, core.employee, core.store
-- writes: nothing
select
    new_scorecard.scorecard_id,
    new_scorecard.role,
    new_scorecard.store_code,
    store.name as store_name,
    new_scorecard.employee_no,
    employee.name as employee_name,
    new_scorecard.is_trial,
    new_line.kpi_id,
    new_line.rule_id,
    new_line.numerator,
    new_line.denominator,
    new_line.excluded,
    new_line.value,
    new_line.unit,
    new_line.target,
    new_line.is_target_met,
    new_line.band,
    new_line.coefficient,
    new_line.points,
    new_line.weight,
    new_line.note,
    new_line.policy_line,
    new_line.credit,
    new_line.direction
from new_scorecard
inner join core.store on new_scorecard.store_code = store.store_code
inner join core.employee
    on new_scorecard.employee_no = employee.employee_no
inner join new_line
    on new_scorecard.scorecard_id = new_line.scorecard_id
order by new_scorecard.scorecard_id, new_line.kpi_id
