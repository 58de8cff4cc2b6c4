-- grain: one row per objection: none or one
-- reads: score.objection
-- writes: nothing
select
    objection_id,
    month,
    employee_no,
    store_code,
    state,
    answer,
    answered_by,
    answered_on
from score.objection
where objection_id = :objection_id
