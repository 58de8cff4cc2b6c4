-- Follow-up coverage: tasks with at least one attempt, of the tasks due.
-- A task whose number cannot be used stays due: nobody called. What was told
-- in the call about another task is covered with it.
-- grain: one row per follow-up task due in the month
-- reads: pg_temp.judged_follow_up
-- writes: nothing
select
    owner_role,
    store_code,
    employee_no,
    counted_on,
    row_kind,
    row_key,
    first_called_on is not null as is_numerator,
    excuse is not null as is_excluded,
    case
        when excuse is not null then excuse
        when is_told then 'told'
        when first_called_on is not null then 'attempted'
        when is_number_usable then 'not_attempted'
        else 'no_usable_number'
    end as reason
from judged_follow_up
