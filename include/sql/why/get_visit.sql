-- What the odometer of a task's visit read, and what it cost, as its order says
-- by now.
-- grain: at most one row
-- reads: care.follow_up_task, core.repair_order
-- writes: –
select
    o.amount as cost,
    coalesce(o.odometer_out_km, o.odometer_in_km) as odometer_km,
    o.ro_type = 'warranty' as is_warranty
from care.follow_up_task as t
inner join core.repair_order as o
    on t.store_code = o.store_code and t.document_no = o.ro_no
where
    t.task_key = :task_key -- noqa: RF02
    and t.event = 'workshop_exit'
