-- What the night just rehearsed changed, as it left the tasks. VINs are
-- masked.
-- grain: one row per task that a night made or changed
-- reads: pg_temp.night_change, care.follow_up_task
-- writes: –
with asked as (
    select cast(:store_code as text) as store_code
)

select
    t.task_key,
    t.store_code,
    t.pack,
    t.rule_id,
    t.occurrence,
    t.event_on,
    t.open_on,
    t.due_on,
    t.deadline_on,
    t.expires_on,
    t.contact_kind,
    t.owner_role,
    t.owner_no,
    t.channel,
    t.script_id,
    t.priority,
    t.status,
    t.status_reason,
    t.late_reason,
    t.policy_line,
    c.old_status,
    c.is_moved,
    c.is_listed,
    repeat('*', length(t.vin) - least(4, length(t.vin) / 4))
    || right(t.vin, least(4, length(t.vin) / 4)) as vin_masked
from asked
cross join night_change as c
inner join care.follow_up_task as t on c.task_key = t.task_key
where asked.store_code is null or asked.store_code = t.store_code
order by t.store_code, t.rule_id, t.occurrence, t.due_on, t.task_key
