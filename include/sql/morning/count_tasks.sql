-- What the stores have to do: tasks that the night listed, and all that are
-- still to be done or were missed that night. A task counts in one way only.
-- grain: one row per way in which tasks stand, and reason
-- reads: care.follow_up_task, outbound.message
-- writes: –
with tasks as (
    select
        task_key,
        status,
        status_reason,
        listed_day = :day as is_new,
        (
            status in ('open', 'held', 'postponed')
            and open_on <= cast(:day as date) + 1
        )
        or (status = 'missed' and changed_day = :day) as is_current
    from care.follow_up_task
    where
        listed_day = :day
        or (status = 'missed' and changed_day = :day)
        or status in ('open', 'held', 'postponed')
),

newest_messages as (
    select distinct on (m.task_key)
        m.task_key,
        m.target,
        m.state,
        m.reason
    from outbound.message as m
    inner join tasks as t on m.task_key = t.task_key
    where
        m.entity = 'task'
        and m.state <> 'superseded'
    order by m.task_key asc, m.message_id desc
),

ways as (
    select
        t.is_new,
        t.is_current,
        case
            when t.status <> 'open' then t.status
            when m.state in ('sent', 'unchanged') then 'sent'
            when m.state in ('rejected', 'dead', 'dropped') then 'rejected'
            when m.state = 'expired' then 'expired'
            when
                m.target = any(cast(:gateways as text[])) -- noqa: RF02
                and m.state in ('pending', 'sending', 'retry')
                then 'queued'
            else 'waiting'
        end as way,
        case
            when t.status <> 'open' then t.status_reason
            when m.state in ('sent', 'unchanged') then t.status_reason
            when m.state = 'expired' then 'expired'
            when m.task_key is null then 'no_message'
            else coalesce(m.reason, m.state)
        end as reason
    from tasks as t
    left join newest_messages as m on t.task_key = m.task_key
)

select
    way,
    coalesce(reason, '') as reason,
    count(*) filter (where is_new) as new_tasks,
    count(*) filter (where is_current) as current_tasks
from ways
where is_new or is_current
group by way, coalesce(reason, '')
order by way, coalesce(reason, '')
