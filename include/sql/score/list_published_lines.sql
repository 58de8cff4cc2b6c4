-- grain: one row per scorecard line of a month, of one store or of some people
-- reads: score.scorecard, score.scorecard_line, core.employee, core.store
-- writes: nothing
with
cards as (
    select
        scorecard_id,
        role,
        store_code,
        employee_no,
        is_trial
    from score.scorecard
    where
        month = :month
        and (
            store_code = :store_code
            or employee_no = any(cast(:employee_nos as text[]))
        )
)

select
    cards.scorecard_id,
    cards.role,
    cards.store_code,
    store.name as store_name,
    cards.employee_no,
    employee.name as employee_name,
    cards.is_trial,
    scorecard_line.kpi_id,
    scorecard_line.rule_id,
    scorecard_line.numerator,
    scorecard_line.denominator,
    scorecard_line.excluded,
    scorecard_line.value,
    scorecard_line.unit,
    scorecard_line.target,
    scorecard_line.is_target_met,
    scorecard_line.band,
    scorecard_line.coefficient,
    scorecard_line.points,
    scorecard_line.weight,
    scorecard_line.note,
    scorecard_line.policy_line,
    scorecard_line.credit,
    scorecard_line.direction
from cards
inner join core.store on cards.store_code = store.store_code
inner join core.employee
    on cards.employee_no = employee.employee_no
inner join score.scorecard_line
    on cards.scorecard_id = scorecard_line.scorecard_id
order by cards.scorecard_id, scorecard_line.kpi_id
