-- The calls in which a trouble was told: those of its day about its document.
-- grain: one row per call, none unless the task is about a trouble
-- reads: care.follow_up_task, care.answered_call, ops.load
-- writes: –
select
    c.task_key,
    c.attempt_no,
    c.called_at,
    c.satisfaction,
    c.is_fault_cleared,
    c.is_complaint,
    l.system,
    l.load_id,
    l.business_day
from care.follow_up_task as t
inner join care.answered_call as c
    on
        t.store_code = c.store_code
        and t.document_kind = c.document_kind
        and t.document_no = c.document_no
        and t.event_on = c.event_on
inner join ops.load as l on c.load_id = l.load_id
where
    t.task_key = :task_key -- noqa: RF02
    and t.event = 'trouble_told'
order by c.called_at, c.task_key, c.attempt_no
