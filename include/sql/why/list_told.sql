-- The calls in which a trouble was told: those of its day about its document
-- that were answered with a mark, a complaint or a fault not cleared.
-- grain: one row per call, none unless the task is about a trouble
-- reads: care.follow_up_task, core.call_result, ops.load
-- writes: –
select
    c.task_key,
    c.attempt_no,
    c.called_at,
    c.outcome,
    c.caller_no,
    c.satisfaction,
    c.is_fault_cleared,
    c.is_complaint,
    l.system,
    l.load_id,
    l.business_day
from care.follow_up_task as t
inner join care.follow_up_task as called
    on
        t.store_code = called.store_code
        and t.document_kind = called.document_kind
        and t.document_no = called.document_no
        and called.event <> 'trouble_told'
inner join core.call_result as c
    on called.task_key = c.task_key and t.event_on = c.called_on
inner join ops.load as l on c.load_id = l.load_id
where
    t.task_key = :task_key -- noqa: RF02
    and t.event = 'trouble_told'
    and (
        c.is_complaint
        or not c.is_fault_cleared
        or c.satisfaction is not null
    )
order by c.called_at, c.task_key, c.attempt_no
