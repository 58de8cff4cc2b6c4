-- Satisfied share: customers who gave at least `satisfied_from` points, of
-- those who gave points when they were reached. The last answer counts.
-- grain: one row per follow-up task due in the month that was answered
-- reads: care.follow_up_task, core.call_result
-- writes: nothing
with
tasks as (
    select
        task_key,
        store_code,
        owner_role,
        owner_no,
        due_on
    from care.follow_up_task
    where
        due_on between :first_day and :last_day
        and store_code = any(:stores)
        and (status <> 'withdrawn' or changed_day > :closing_on)
),

answers as (
    select distinct on (task_key)
        task_key,
        satisfaction,
        satisfaction >= :satisfied_from as is_satisfied
    from core.call_result
    where
        called_on <= :closing_on
        and outcome = 'reached'
        and satisfaction is not null
        and task_key in (select tasks.task_key from tasks)
    order by task_key asc, attempt_no desc
)

select
    tasks.owner_role,
    tasks.store_code,
    tasks.owner_no as employee_no,
    tasks.due_on as counted_on,
    'follow_up_task' as row_kind,
    tasks.task_key as row_key,
    answers.is_satisfied as is_numerator,
    false as is_excluded,
    'points_' || answers.satisfaction as reason
from tasks
inner join answers on tasks.task_key = answers.task_key
