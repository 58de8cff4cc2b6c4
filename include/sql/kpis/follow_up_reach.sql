-- Follow-up reach: customers reached, of the tasks due. Stands beside
-- success, which leaves out whom nobody tried to call.
-- grain: one row per follow-up task due in the month
-- reads: care.follow_up_task, core.call_result
-- writes: nothing
with
tasks as (
    select
        task_key,
        store_code,
        owner_role,
        owner_no,
        vin,
        contact_check,
        late_reason,
        made_day,
        due_on,
        deadline_on,
        expires_on
    from care.follow_up_task
    where
        due_on between :first_day and :last_day
        and store_code = any(:stores)
        and (status <> 'withdrawn' or changed_day > :closing_on)
),

calls as (
    select
        task_key,
        min(called_on) as first_called_on,
        bool_or(outcome = 'reached') as is_reached,
        bool_or(outcome = 'refused')
        and not bool_or(outcome = 'reached') as is_refused
    from core.call_result
    where
        called_on <= :closing_on
        and task_key in (select tasks.task_key from tasks)
    group by task_key
),

requests as (
    select
        task_key,
        called_on
    from core.call_result
    where
        is_do_not_call
        and called_on <= :closing_on
),

do_not_calls as (
    select
        follow_up_task.vin,
        min(requests.called_on) as asked_on
    from requests
    inner join care.follow_up_task
        on requests.task_key = follow_up_task.task_key
    group by follow_up_task.vin
),

judged as (
    select
        tasks.task_key,
        tasks.store_code,
        tasks.owner_role,
        tasks.owner_no,
        tasks.due_on,
        coalesce(tasks.contact_check, 'missing') <> 'valid'
            as is_number_unusable,
        calls.first_called_on is not null as is_attempted,
        coalesce(calls.is_reached, false) as is_reached,
        coalesce(calls.is_refused, false) as is_refused,
        calls.first_called_on is null
        and coalesce(tasks.late_reason = 'late_by_data', false)
        and tasks.made_day >= tasks.expires_on as is_late_by_data,
        coalesce(
            do_not_calls.asked_on <= tasks.deadline_on
            and (
                calls.first_called_on is null
                or do_not_calls.asked_on < calls.first_called_on
            ),
            false
        ) as is_do_not_call
    from tasks
    left join calls on tasks.task_key = calls.task_key
    left join do_not_calls on tasks.vin = do_not_calls.vin
)

select
    owner_role,
    store_code,
    owner_no as employee_no,
    due_on as counted_on,
    'follow_up_task' as row_kind,
    task_key as row_key,
    is_reached as is_numerator,
    is_refused or is_do_not_call or is_late_by_data as is_excluded,
    case
        when is_refused then 'refused'
        when is_do_not_call then 'do_not_call'
        when is_late_by_data then 'late_by_data'
        when is_reached then 'reached'
        when is_attempted then 'not_reached'
        when is_number_unusable then 'no_usable_number'
        else 'not_attempted'
    end as reason
from judged
