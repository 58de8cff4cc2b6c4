-- Every workshop visit of a made-up history was followed up, two days later.
-- grain: one row per repair order
-- reads: core.repair_order, core.store, ops.policy_line, ops.policy_version
-- writes: care.follow_up_task
with given as (
    select cast(:day as date) as day
),

policy as (
    select
        stores.store_code,
        lines.line_id,
        versions.digest,
        given.day,
        split_part(lines.line_id, '/', 1) as pack,
        case stores.brand when 'SKODA' then 'S2-03' else 'S4-06' end as rule_id
    from given
    cross join core.store as stores
    inner join ops.policy_line as lines
        on
            lines.line_id like lower(stores.brand)
            || '-dealer/follow_ups/repair_call/due_after@%'
    cross join ops.policy_version as versions
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
    orders.store_code || '.' || policy.rule_id || '.' || orders.ro_no
        as task_key,
    orders.store_code,
    policy.rule_id,
    policy.pack,
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
inner join core.repair_order as orders
    on policy.store_code = orders.store_code
where orders.exit_on <= policy.day - 2
