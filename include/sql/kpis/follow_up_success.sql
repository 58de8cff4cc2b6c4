-- Follow-up success: customers reached, of those attempted with a number
-- that works. A number that proved wrong is excluded; a refusal is not.
-- grain: one row per follow-up task due in the month that was attempted
-- reads: care.follow_up_task, core.call_result
-- writes: nothing
with
tasks as (
    select
        task_key,
        store_code,
        owner_role,
        owner_no,
        contact_check,
        due_on
    from care.follow_up_task
    where
        due_on between :first_day and :last_day
        and store_code = any(:stores)
        and (status <> 'withdrawn' or changed_day > :closing_on)
),

calls as (
    select
        task_key,
        bool_or(outcome = 'reached') as is_reached,
        bool_or(outcome = 'refused') as is_refused,
        bool_or(outcome in ('invalid_number', 'wrong_person'))
            as is_wrong_number
    from core.call_result
    where
        called_on <= :closing_on
        and task_key in (select tasks.task_key from tasks)
    group by task_key
),

judged as (
    select
        tasks.task_key,
        tasks.store_code,
        tasks.owner_role,
        tasks.owner_no,
        tasks.due_on,
        calls.is_reached,
        calls.is_refused,
        calls.is_wrong_number
        or coalesce(tasks.contact_check, 'missing') <> 'valid'
            as is_number_unusable
    from tasks
    inner join calls on tasks.task_key = calls.task_key
)

select
    owner_role,
    store_code,
    owner_no as employee_no,
    due_on as counted_on,
    'follow_up_task' as row_kind,
    task_key as row_key,
    is_reached as is_numerator,
    is_number_unusable and not is_reached as is_excluded,
    case
        when is_reached then 'reached'
        when is_number_unusable then 'no_usable_number'
        when is_refused then 'refused'
        else 'not_reached'
    end as reason
from judged
