-- grain: one row per task of tonight's messages
-- reads: pg_temp.night_message
-- writes: outbound.message
insert into outbound.message (
    target,
    entity,
    external_key,
    version,
    action,
    store_code,
    task_key,
    work_day,
    state,
    reason
)
select
    m.target_name,
    'task' as entity,
    m.task_key as external_key,
    m.task_version,
    'upsert' as message_action,
    m.store_code,
    m.task_key,
    cast(:day as date) + 1 as work_day,
    m.state,
    case when m.state = 'expired' then 'expired' end as reason
from night_message as m
order by m.target_name, m.task_key
