-- Messages about tasks and complaints that wait. What was planned to come all
-- at once does not count: festivals and campaigns; nor what is taken back
-- before the target ever got it, nor what somebody let through.
-- grain: one row per work day and action
-- reads: outbound.message, outbound.ledger, outbound.decision,
--   care.follow_up_task
-- writes: –
with let_through as (
    select max(decided_at) as decided_at
    from outbound.decision
    where target = :target and action = 'let_through'
)

select
    m.work_day,
    m.action,
    count(distinct m.external_key) as messages
from let_through as d
cross join outbound.message as m
left join care.follow_up_task as t on m.task_key = t.task_key
left join outbound.ledger as l
    on
        m.target = l.target
        and m.entity = l.entity
        and m.external_key = l.external_key
        and not l.is_withdrawn
where
    m.target = :target -- noqa: RF02
    and m.entity in ('task', 'complaint')
    and m.state in ('pending', 'retry', 'unknown')
    and m.work_day >= :first_day -- noqa: RF02
    and m.made_at > coalesce(d.decided_at, '-infinity')
    and (m.action = 'upsert' or l.external_key is not null)
    and coalesce(t.event, '') not in ('festival', 'campaign')
group by m.work_day, m.action
order by m.work_day, m.action
