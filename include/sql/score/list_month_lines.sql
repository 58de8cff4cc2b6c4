-- A month's lines, all of them or those of some stores, some people,
-- one figure.
-- grain: one row per scorecard line of a month, with who and where
-- reads: score.scorecard, score.scorecard_line, core.employee, core.store
-- writes: nothing
with
month_cards as (
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
            cast(:stores as text[]) is null
            or store_code = any(cast(:stores as text[]))
        )
        and (
            cast(:employee_nos as text[]) is null
            or employee_no = any(cast(:employee_nos as text[]))
        )
)

select
    month_cards.scorecard_id,
    month_cards.role,
    month_cards.store_code,
    store.name as store_name,
    month_cards.employee_no,
    employee.name as employee_name,
    month_cards.is_trial,
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
from month_cards
inner join core.store on month_cards.store_code = store.store_code
inner join core.employee
    on month_cards.employee_no = employee.employee_no
inner join score.scorecard_line
    on month_cards.scorecard_id = scorecard_line.scorecard_id
where
    coalesce(
        scorecard_line.kpi_id = cast(:kpi_id as text), true -- noqa: RF02
    )
order by month_cards.scorecard_id, scorecard_line.kpi_id
