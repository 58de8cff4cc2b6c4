-- Messages of which nobody knows whether the gateway took them, of tasks that
-- are still open.
-- grain: one row
-- reads: outbound.message, care.follow_up_task
-- writes: –
select count(*) as messages
from outbound.message as m
inner join care.follow_up_task as t on m.task_key = t.task_key
where
    m.target = any(cast(:gateways as text[])) -- noqa: RF02
    and m.state = 'unknown'
    and t.status = 'open'
