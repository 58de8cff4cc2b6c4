-- Every workshop visit of a made-up history was followed up.
-- grain: one row per repair order
-- reads: core.repair_order, ops.policy_line, ops.policy_version
-- writes: care.follow_up_task
with policy as (
    select
        lines.line_id,
        versions.digest
    from ops.policy_line as lines
    cross join ops.policy_version as versions
    where lines.line_id like 'changan-dealer/follow_ups/repair_call/due_after@%'
)

insert into care.follow_up_task (
    task_key,
    store_code,
    rule_id,
    pack,
    event,
    document_kind,
    document_no,
    vin,
    event_on,
    open_on,
    due_on,
    deadline_on,
    expires_on,
    contact_kind,
    contact_check,
    owner_role,
    channel,
    script_id,
    script_version,
    status,
    status_reason,
    policy_line,
    policy_digest,
    arrived_day,
    made_day,
    listed_day,
    changed_day
)
select
    orders.store_code || '.S4-06.' || orders.ro_no as task_key,
    orders.store_code,
    'S4-06' as rule_id,
    'changan-dealer' as pack,
    'workshop_exit' as event,
    'repair_order' as document_kind,
    orders.ro_no,
    orders.vin,
    orders.exit_on,
    orders.exit_on + 1 as open_on,
    orders.exit_on + 3 as due_on,
    orders.exit_on + 3 as deadline_on,
    orders.exit_on + 15 as expires_on,
    'deliverer' as contact_kind,
    'valid' as contact_check,
    'AC' as owner_role,
    'phone' as channel,
    'repair_call' as script_id,
    '1' as script_version,
    'done' as status,
    'reached' as status_reason,
    policy.line_id,
    policy.digest,
    orders.exit_on as arrived_day,
    orders.exit_on as made_day,
    orders.exit_on as listed_day,
    orders.exit_on + 2 as changed_day
from policy
cross join core.repair_order as orders
