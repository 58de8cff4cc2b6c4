-- Workshop visits that ended inside the window of a follow-up and have no
-- task yet. The visit before a sale is no visit of a customer.
-- grain: one row per visit and follow-up
-- reads: pg_temp.night_window, pg_temp.night_rule, core.repair_order,
--   care.follow_up_task, ops.load, quality.quarantine
-- writes: pg_temp.night_subject
with visits as (
    select
        d.store_code,
        r.rule_id,
        r.occurrence,
        r.document_kind,
        d.ro_no as document_no,
        d.vin,
        d.exit_on as event_on,
        r.rule_no,
        w.calendar,
        greatest(d.version_day, q.closed_day) as arrived_on,
        d.store_code || '.' || r.rule_id || '.' || d.ro_no
        || case when r.occurrence > 1 then '.' || r.occurrence else '' end
            as task_key,
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
        ) as contact_digest
    from night_window as w
    inner join night_rule as r on w.rule_no = r.rule_no
    inner join core.repair_order as d
        on
            w.store_code = d.store_code
            and w.first_on <= d.exit_on
            and w.last_on >= d.exit_on
    inner join ops.load as l on d.load_id = l.load_id
    left join quality.quarantine as q
        on
            l.system = q.system
            and q.feed = 'repair_order'
            and d.store_code || '|' || d.ro_no = q.business_key
            and d.row_hash = q.row_hash
    where
        w.document_kind = 'repair_order'
        and d.status <> 'cancelled'
        and not d.is_reversed
        and d.ro_type <> 'pre_delivery'
        and not exists (
            select 1
            from care.follow_up_task as t
            where
                t.store_code = d.store_code
                and t.rule_id = r.rule_id
                and t.document_no = d.ro_no
                and t.occurrence = r.occurrence
        )
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
    contact_digest
)
select
    n.task_key,
    n.store_code,
    n.rule_id,
    n.occurrence,
    n.document_kind,
    n.document_no,
    n.vin,
    n.event_on,
    n.arrived_on,
    n.rule_no,
    n.calendar,
    n.contact_check,
    n.contact_digest
from visits as n
