-- All that was to be said to targets about one key, the oldest first.
-- grain: one row per message
-- reads: outbound.message
-- writes: –
select
    message_id,
    target,
    entity,
    external_key,
    version,
    action,
    store_code,
    task_key,
    complaint_no,
    month,
    work_day,
    state,
    reason,
    attempts,
    refusals,
    made_at,
    finished_at,
    refused_fields
from outbound.message
where
    external_key = :external_key
    or message_id = :message_id
order by message_id
