-- Deliveries inside the window of a follow-up that have no task yet.
-- grain: one row per delivery and follow-up
-- reads: pg_temp.night_window, pg_temp.night_rule, core.sales_order,
--   care.follow_up_task, ops.load, quality.quarantine
-- writes: pg_temp.night_subject
with deliveries as (
    select
        d.store_code,
        r.rule_id,
        r.occurrence,
        r.document_kind,
        d.order_no as document_no,
        d.vin,
        d.delivered_on as event_on,
        r.rule_no,
        w.calendar,
        d.customer_phone_check as contact_check,
        greatest(d.version_day, q.closed_day) as arrived_on,
        d.store_code || '.' || r.rule_id || '.' || d.order_no
        || case when r.occurrence > 1 then '.' || r.occurrence else '' end
            as task_key,
        sha256(
            coalesce(d.customer_name_hash, '')
            || coalesce(d.customer_phone_hash, '')
            || coalesce(d.plate_hash, '')
        ) as contact_digest
    from night_window as w
    inner join night_rule as r on w.rule_no = r.rule_no
    inner join core.sales_order as d
        on
            w.store_code = d.store_code
            and w.first_on <= d.delivered_on
            and w.last_on >= d.delivered_on
    inner join ops.load as l on d.load_id = l.load_id
    left join quality.quarantine as q
        on
            l.system = q.system
            and q.feed = 'sales_order'
            and d.store_code || '|' || d.order_no = q.business_key
            and d.row_hash = q.row_hash
    where
        w.document_kind = 'sales_order'
        and d.status <> 'cancelled'
        and not exists (
            select 1
            from care.follow_up_task as t
            where
                t.store_code = d.store_code
                and t.rule_id = r.rule_id
                and t.document_no = d.order_no
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
from deliveries as n
