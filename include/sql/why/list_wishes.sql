-- Wishes not to be called that stand against a task: about its vehicle, or of
-- the person who is to be called.
-- grain: one row per call with a wish and way it reaches the task
-- reads: care.follow_up_task, core.call_result, care.do_not_call,
--   core.document_customer
-- writes: –
with asked as (
    select *
    from care.follow_up_task
    where task_key = :task_key
)

select
    'vehicle' as about,
    said.task_key as said_about_task,
    said.store_code,
    c.called_on
from asked as t
inner join care.follow_up_task as said on t.vin = said.vin
inner join core.call_result as c on said.task_key = c.task_key
where c.is_do_not_call and c.called_on <= t.expires_on
union all
select
    'person' as about,
    w.task_key as said_about_task,
    split_part(w.task_key, '.', 1) as store_code,
    w.called_on
from asked as t
inner join core.document_customer as p
    on
        t.store_code = p.store_code
        and t.document_kind = p.document_kind
        and t.document_no = p.document_no
        and t.contact_kind = any(p.contact_kinds)
inner join care.do_not_call as w
    on
        p.known_id = w.known_id
        and t.vin <> w.vin
where w.called_on <= t.expires_on
order by called_on, said_about_task
