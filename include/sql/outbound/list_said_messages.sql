-- What a gateway took or refused until the end of a business day, and no
-- earlier load tells: a message is its task's result, number 0.
-- grain: one row per task
-- reads: outbound.ledger, outbound.message, care.follow_up_task,
--   core.call_result
-- writes: –
with said as (
    select
        l.external_key as task_key,
        l.crm_id,
        l.acknowledged_at as said_at,
        'message_sent' as outcome
    from outbound.ledger as l
    where
        l.target = :target -- noqa: RF02
        and l.entity = 'task'
        and l.acknowledged_at < :window_end
    union all
    select
        m.external_key as task_key,
        null as crm_id,
        max(m.finished_at) as said_at,
        'message_refused' as outcome
    from outbound.message as m
    where
        m.target = :target -- noqa: RF02
        and m.entity = 'task'
        and m.state = 'rejected'
        and m.finished_at < :window_end
        and not exists (
            select 1
            from outbound.ledger as l
            where
                l.target = m.target
                and l.entity = m.entity
                and l.external_key = m.external_key
        )
    group by m.external_key
)

select
    s.task_key,
    s.crm_id,
    s.said_at,
    s.outcome
from said as s
where
    not exists (
        select 1
        from core.call_result as c
        where
            c.task_key = s.task_key
            and c.attempt_no = 0
            and c.load_id <> :load_id -- noqa: RF02
    )
order by s.task_key
