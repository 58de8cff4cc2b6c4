-- Steps that were withdrawn because one behind them was overturned, without
-- those that stand again because it counts again.
-- grain: one row per withdrawal of a month
-- reads: score.withdrawn_step, core.employee, core.store
-- writes: nothing
select
    withdrawn_step.proposal_id,
    withdrawn_step.month,
    withdrawn_step.employee_no,
    employee.name as employee_name,
    withdrawn_step.store_code,
    store.name as store_name,
    withdrawn_step.step,
    withdrawn_step.reason,
    withdrawn_step.overturned,
    withdrawn_step.instead,
    withdrawn_step.words,
    withdrawn_step.withdrawn_at
from score.withdrawn_step
inner join core.employee
    on withdrawn_step.employee_no = employee.employee_no
inner join core.store on withdrawn_step.store_code = store.store_code
where
    withdrawn_step.month = :month -- noqa: RF02
    and withdrawn_step.ended_at is null
order by withdrawn_step.withdrawn_id
