-- Deliveries, visits that ended and other occasions inside the window of a
-- follow-up that have no task yet. When a document's own event became known is
-- asked later; any other occasion is known when its day has come. Whether a
-- booking or another owner leaves nothing to do, the rule says. Of a rule for
-- visits that read or cost as much, only those are looked at further. What
-- comes long after its event and was done by another pack, before a change that
-- was entered late, is not done again, where both are about the same. offset 0
-- keeps the planner, which cannot tell how short the windows are, from reading
-- all orders instead of theirs, and all tasks of a rule.
-- grain: one row per document and follow-up
-- reads: pg_temp.night_window, pg_temp.night_rule, care.occasion,
--   core.repair_order, care.follow_up_task
-- writes: pg_temp.night_subject
insert into night_subject (
    task_key,
    store_code,
    rule_id,
    occurrence,
    event,
    document_kind,
    document_no,
    vin,
    event_on,
    arrived_on,
    rule_no,
    calendar,
    contact_hash,
    served_by,
    contact_check,
    contact_digest
)
select
    d.store_code || '.' || r.rule_id || '.' || d.document_no
    || case when r.occurrence > 1 then '.' || r.occurrence else '' end
        as task_key,
    d.store_code,
    r.rule_id,
    r.occurrence,
    d.event,
    d.document_kind,
    d.document_no,
    d.vin,
    d.event_on,
    case
        when
            d.event in (
                'delivery', 'registration', 'workshop_exit', 'policy_end',
                'lead_defeated'
            )
            then d.version_day
    end as arrived_on,
    r.rule_no,
    w.calendar,
    case r.contact_kind
        when 'owner' then d.owner_hash else d.contact_hash
    end as contact_hash,
    d.served_by,
    case r.contact_kind
        when 'owner' then d.owner_check else d.contact_check
    end as contact_check,
    case r.contact_kind
        when 'owner' then d.owner_digest else d.contact_digest
    end as contact_digest
from night_window as w
inner join night_rule as r on w.rule_no = r.rule_no
inner join lateral (
    select e.*
    from care.occasion as e
    where
        e.event = w.event
        and e.store_code = w.store_code
        and e.event_on between w.first_on and w.last_on
        and (r.usages = '{}' or coalesce(e.usage = any(r.usages), true))
        and coalesce(e.problem in ('booked', 'sold_again'), true)
        and (
            num_nonnulls(r.odometer_from, r.cost_from) = 0
            or exists (
                select 1
                from core.repair_order as o
                where
                    e.store_code = o.store_code
                    and e.document_no = o.ro_no
                    and coalesce(
                        coalesce(o.odometer_out_km, o.odometer_in_km)
                        >= r.odometer_from,
                        r.odometer_from is null
                    )
                    and coalesce(o.amount >= r.cost_from, r.cost_from is null)
                offset 0 -- noqa: AM09
            )
        )
        and not exists (
            select 1
            from care.follow_up_task as t
            where
                t.store_code = e.store_code
                and t.rule_id = r.rule_id
                and t.document_no = e.document_no
                and t.occurrence = r.occurrence
            offset 0 -- noqa: AM09
        )
        and not exists (
            select 1
            from care.follow_up_task as t
            where
                r.reach <> ''
                and t.store_code = e.store_code
                and t.document_kind = e.document_kind
                and t.document_no = e.document_no
                and t.event = e.event
                and t.occurrence = r.occurrence
                and t.pack <> r.pack
                and t.rule_id <> r.rule_id
                and t.about = r.about
                and t.status = 'done'
            offset 0 -- noqa: AM09
        )
    offset 0 -- noqa: AM09
) as d on true
