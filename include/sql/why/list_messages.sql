-- What targets were told of a task, and what each of them acknowledged last.
-- grain: one row per message of the task
-- reads: outbound.message, outbound.ledger
-- writes: –
select
    m.target,
    m.version,
    m.action,
    m.state,
    m.reason,
    m.work_day,
    m.attempts,
    m.made_at,
    m.finished_at,
    l.crm_id,
    l.acknowledged_version,
    l.acknowledged_at,
    l.is_withdrawn
from outbound.message as m
left join outbound.ledger as l
    on
        m.target = l.target
        and m.entity = l.entity
        and m.external_key = l.external_key
where m.entity = 'task' and m.external_key = :task_key -- noqa: RF02
order by m.message_id
