-- grain: one row per scorecard: none or one
-- reads: score.scorecard, core.employee
-- writes: nothing
with
cards as (
    select
        scorecard_id,
        month,
        store_code,
        employee_no
    from score.scorecard
    where scorecard_id = :scorecard_id
)

select
    cards.scorecard_id,
    cards.month,
    cards.store_code,
    cards.employee_no,
    employee.name as employee_name
from cards
inner join core.employee on cards.employee_no = employee.employee_no
