-- grain: one row per way in which tasks of a night ended, with its reason
-- reads: care.follow_up_task, outbound.message
-- writes: –
with tasks as (
    select
        task_key,
        status,
        status_reason
    from care.follow_up_task
    where listed_day = :day
),

newest_messages as (
    select distinct on (messages.task_key)
        messages.task_key,
        messages.state,
        messages.reason
    from outbound.message as messages
    inner join tasks on messages.task_key = tasks.task_key
    where messages.entity = 'task'
    order by
        messages.task_key asc, messages.version desc, messages.message_id desc
),

ways as (
    select
        case
            when tasks.status <> 'open' then tasks.status
            when newest_messages.state in ('sent', 'unchanged') then 'sent'
            when newest_messages.state in ('rejected', 'dead') then 'rejected'
            when newest_messages.state = 'expired' then 'missed'
            else 'waiting'
        end as way,
        case
            when tasks.status <> 'open' then tasks.status_reason
            else newest_messages.reason
        end as why
    from tasks
    left join newest_messages on tasks.task_key = newest_messages.task_key
)

select
    way,
    coalesce(why, '') as reason,
    count(*) as tasks
from ways
group by way, why
order by way, why
