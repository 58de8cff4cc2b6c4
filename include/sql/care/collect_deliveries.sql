-- Deliveries inside the window of a follow-up that have no task yet.
-- grain: one row per delivery and follow-up
-- reads: pg_temp.night_store, pg_temp.night_rule, core.sales_order,
--   care.follow_up_task
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
        d.version_day,
        r.rule_no,
        s.calendar,
        d.customer_phone_check as contact_check,
        d.store_code || '.' || r.rule_id || '.' || d.order_no
        || case when r.occurrence > 1 then '.' || r.occurrence else '' end
            as task_key,
        sha256(
            coalesce(d.customer_name_hash, '')
            || coalesce(d.customer_phone_hash, '')
            || coalesce(d.plate_hash, '')
        ) as contact_digest
    from night_store as s
    inner join night_rule as r
        on s.pack = r.pack and r.document_kind = 'sales_order'
    inner join core.sales_order as d
        on
            s.store_code = d.store_code
            and d.delivered_on >= greatest(
                s.event_from, r.event_from, r.look_from
            )
            and d.delivered_on <= least(s.event_to, r.event_to, r.look_to)
    where d.status <> 'cancelled'
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
    version_day,
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
    n.version_day,
    n.rule_no,
    n.calendar,
    n.contact_check,
    n.contact_digest
from deliveries as n
where
    not exists (
        select 1
        from care.follow_up_task as t
        where t.task_key = n.task_key
    )
