-- Tells the outcomes of a night over a shorter and over a longer history apart:
-- its orders as they stand, and the follow-ups of them.
-- grain: one row
-- reads: core.repair_order, ops.load, care.follow_up_task
-- writes: nothing
select
    count(distinct o.ro_no) as orders,
    sum(hashtextextended(cast(o.row_hash as text), 0)) as contents,
    count(t.task_key) as tasks,
    sum(
        hashtextextended(
            t.task_key || t.open_on || t.due_on || t.deadline_on
            || t.expires_on,
            0
        )
    ) as dates
from ops.load as l
inner join core.repair_order as o on l.load_id = o.load_id
left join care.follow_up_task as t
    on
        o.store_code = t.store_code
        and o.ro_no = t.document_no
        and t.event = 'workshop_exit'
where l.business_day = :day -- noqa: RF02
