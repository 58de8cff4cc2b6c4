-- The reference of a day's messages: one for each new task and its contact.
-- grain: one row per task or contact
-- reads: care.follow_up_task, outbound.message
-- writes: outbound.message
with tasks as (
    select
        task_key,
        store_code,
        version,
        store_code || '.' || coalesce(vin, document_no) as contact_key
    from care.follow_up_task
    where listed_day = :day and status = 'open'
)

insert into outbound.message (
    target,
    entity,
    external_key,
    version,
    action,
    store_code,
    task_key,
    work_day
)
select
    'workbook' as target,
    'contact' as entity,
    tasks.contact_key as external_key,
    coalesce(
        (
            select max(told.version)
            from outbound.message as told
            where
                told.target = 'workbook'
                and told.entity = 'contact'
                and told.external_key = tasks.contact_key
        ),
        0
    ) + 1 as version,
    'upsert' as action,
    tasks.store_code,
    min(tasks.task_key) as task_key,
    cast(:day as date) + 1 as work_day
from tasks
group by tasks.contact_key, tasks.store_code
union all
select
    'workbook' as target,
    'task' as entity,
    task_key as external_key,
    version,
    'upsert' as action,
    store_code,
    task_key,
    cast(:day as date) + 1 as work_day
from tasks
