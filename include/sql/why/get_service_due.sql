-- Why a service is due: what is known of the task's vehicle by now.
-- grain: at most one row
-- reads: care.follow_up_task, care.service_due
-- writes: –
select
    n.kind,
    n.document_kind,
    n.document_no,
    n.base_on,
    n.base_odometer_km,
    n.interval_months,
    n.interval_km,
    n.daily_km,
    n.daily_km_source,
    n.due_by_time_on,
    n.due_by_km_on,
    n.due_on,
    n.reason,
    n.confidence,
    n.last_odometer_km,
    n.last_odometer_on,
    n.policy_line,
    n.due_on = t.event_on as is_of_task
from care.follow_up_task as t
inner join care.service_due as n on t.vin = n.vin
where
    t.task_key = :task_key -- noqa: RF02
    and t.event in ('first_service_due', 'service_due')
