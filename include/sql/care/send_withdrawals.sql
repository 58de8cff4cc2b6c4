-- Takes from a target what it was told, or is about to be told, and what is
-- no longer to be worked on there. What was given up it may hold all the same.
-- grain: one row per task and target to withdraw
-- reads: pg_temp.night_task, care.follow_up_task, pg_temp.night_store,
--   outbound.message
-- writes: outbound.message
with last_messages as (
    select distinct on (m.target, m.external_key)
        m.target,
        m.action,
        t.task_key,
        t.store_code,
        t.version,
        t.status,
        case
            when t.channel = 'sms'
                then coalesce(s.message_target, s.target_name)
            else s.target_name
        end as target_now
    from night_task as n
    inner join care.follow_up_task as t on n.task_key = t.task_key
    inner join outbound.message as m
        on m.entity = 'task' and t.task_key = m.external_key
    left join night_store as s on t.store_code = s.store_code
    where not (m.action = 'upsert' and m.state in ('expired', 'rejected'))
    order by m.target asc, m.external_key asc, m.message_id desc
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
    l.target,
    'task' as entity,
    l.task_key as external_key,
    l.version,
    'withdraw' as message_action,
    l.store_code,
    l.task_key,
    cast(:day as date) + 1 as work_day
from last_messages as l
where
    l.action = 'upsert'
    and (l.status <> 'open' or l.target is distinct from l.target_now)
order by l.target, l.task_key
