-- Tasks of workshop visits that may change: those not finished, and those whose
-- repair order or calls came in with the day's loads.
-- grain: one row per task
-- reads: care.follow_up_task, staging.repair_order, staging.call_result,
--   ops.load, core.repair_order, pg_temp.night_store, pg_temp.night_rule
-- writes: pg_temp.night_subject
with night as (
    select cast(:day as date) as on_day
),

open_tasks as (
    select task_key
    from care.follow_up_task
    where status in ('open', 'held', 'postponed')
),

tasks_of_changed_documents as (
    select t.task_key
    from night
    inner join ops.load as l on night.on_day = l.business_day
    inner join staging.repair_order as d on l.load_id = d.load_id
    inner join care.follow_up_task as t
        on d.store_code = t.store_code and d.ro_no = t.document_no
    where l.feed = 'repair_order'
),

called_tasks as (
    select c.task_key
    from night
    inner join ops.load as l on night.on_day = l.business_day
    inner join staging.call_result as c on l.load_id = c.load_id
    where l.feed = 'call_result'
),

touched as (
    select task_key from open_tasks
    union
    select task_key from tasks_of_changed_documents
    union
    select task_key from called_tasks
)

insert into night_subject (
    task_key,
    store_code,
    rule_id,
    occurrence,
    document_kind,
    document_no,
    vin,
    event_on,
    arrived_on,
    rule_no,
    calendar,
    contact_check,
    contact_digest,
    problem
)
select
    t.task_key,
    t.store_code,
    t.rule_id,
    t.occurrence,
    t.document_kind,
    t.document_no,
    d.vin,
    d.exit_on as event_on,
    d.version_day as arrived_on,
    r.rule_no,
    s.calendar,
    case r.contact_kind
        when 'owner' then d.owner_phone_check
        else d.deliverer_phone_check
    end as contact_check,
    sha256(
        case r.contact_kind
            when 'owner'
                then
                    coalesce(d.owner_name_hash, '')
                    || coalesce(d.owner_phone_hash, '')
            else
                coalesce(d.deliverer_name_hash, '')
                || coalesce(d.deliverer_phone_hash, '')
        end
        || coalesce(d.plate_hash, '')
    ) as contact_digest,
    case
        when d.ro_no is null then 'document_gone'
        when d.status = 'cancelled' then 'cancelled'
        when d.is_reversed then 'reversed'
        when d.ro_type = 'pre_delivery' then 'pre_delivery'
        when d.exit_on is null then 'not_left'
        when r.rule_no is null then 'rule_off'
    end as problem
from touched as n
inner join care.follow_up_task as t on n.task_key = t.task_key
left join core.repair_order as d
    on t.store_code = d.store_code and t.document_no = d.ro_no
left join night_store as s
    on
        d.store_code = s.store_code
        and d.exit_on between s.event_from and s.event_to
left join night_rule as r
    on
        s.pack = r.pack
        and t.rule_id = r.rule_id
        and t.occurrence = r.occurrence
        and t.document_kind = r.document_kind
        and d.exit_on between r.event_from and r.event_to
where t.document_kind = 'repair_order'
