-- After many changes the planner must not believe in what was there before. The
-- columns by which statements choose and join: half of them.
-- grain: –
-- reads: care.follow_up_task, outbound.message
-- writes: –
analyze care.follow_up_task (
    task_key,
    store_code,
    rule_id,
    document_kind,
    document_no,
    occurrence,
    vin,
    event,
    event_on,
    open_on,
    due_on,
    expires_on,
    owner_no,
    status,
    status_reason,
    merged_into,
    is_mergeable,
    is_counted,
    tried_hash
),
outbound.message (
    target,
    entity,
    external_key,
    store_code,
    task_key,
    version,
    action,
    state,
    work_day
)
