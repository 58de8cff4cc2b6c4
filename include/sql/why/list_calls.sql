-- Calls and answers about a task, with the load that brought them.
-- grain: one row per attempt
-- reads: core.call_result, ops.load
-- writes: –
select
    c.attempt_no,
    c.called_at,
    c.called_on,
    c.outcome,
    c.caller_no,
    c.satisfaction,
    c.is_fault_cleared,
    c.is_next_service_told,
    c.is_complaint,
    c.is_do_not_call,
    l.system,
    l.load_id,
    l.business_day
from core.call_result as c
inner join ops.load as l on c.load_id = l.load_id
where c.task_key = :task_key -- noqa: RF02
order by c.attempt_no
