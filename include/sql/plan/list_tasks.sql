-- Tasks as they stand. VINs are masked.
-- grain: one row per task
-- reads: care.follow_up_task
-- writes: –
select
    task_key,
    store_code,
    pack,
    rule_id,
    occurrence,
    event_on,
    open_on,
    due_on,
    deadline_on,
    expires_on,
    contact_kind,
    owner_role,
    owner_no,
    channel,
    script_id,
    priority,
    status,
    status_reason,
    late_reason,
    policy_line,
    repeat('*', length(vin) - least(4, length(vin) / 4))
    || right(vin, least(4, length(vin) / 4)) as vin_masked
from care.follow_up_task
where task_key = any(cast(:task_keys as text[]))
