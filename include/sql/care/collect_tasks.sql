-- The tasks of documents that may change, as their documents stand tonight.
-- Whether a booking or another owner leaves nothing to do, the rule says. Only
-- a document's own event is asked when it became known. offset 0: task by
-- task, and never all orders. An event that moved while there was nothing to
-- follow up is news when there is again, though its document came before. Who
-- was to be told is asked of the document also when its occasion is gone: a
-- call that comes late may have told them before.
-- grain: one row per task
-- reads: care.follow_up_task, care.occasion, pg_temp.night_touched,
--   pg_temp.night_document, pg_temp.night_range, pg_temp.night_rule
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
    is_news,
    rule_no,
    calendar,
    contact_hash,
    served_by,
    contact_check,
    contact_digest,
    problem
)
select
    t.task_key,
    t.store_code,
    t.rule_id,
    t.occurrence,
    t.event,
    t.document_kind,
    t.document_no,
    coalesce(d.vin, own.vin, t.vin) as vin,
    d.event_on,
    case
        when
            t.event in (
                'delivery', 'registration', 'workshop_exit', 'policy_end',
                'lead_defeated'
            )
            then t.arrived_day
    end as arrived_on,
    c.document_no is not null
    or coalesce(d.event_on <> t.event_on, false) as is_news,
    r.rule_no,
    g.calendar,
    case coalesce(r.contact_kind, t.contact_kind)
        when 'owner' then coalesce(d.owner_hash, own.owner_hash)
        else coalesce(d.contact_hash, own.contact_hash)
    end as contact_hash,
    coalesce(d.served_by, own.served_by) as served_by,
    case coalesce(r.contact_kind, t.contact_kind)
        when 'owner' then coalesce(d.owner_check, own.owner_check)
        else coalesce(d.contact_check, own.contact_check)
    end as contact_check,
    case coalesce(r.contact_kind, t.contact_kind)
        when 'owner' then coalesce(d.owner_digest, own.owner_digest)
        else coalesce(d.contact_digest, own.contact_digest)
    end as contact_digest,
    case
        when
            d.document_no is null
            and t.event in ('first_service_due', 'service_due')
            then 'came_again'
        when d.document_no is null then 'document_gone'
        when d.problem not in ('booked', 'sold_again') then d.problem
        when r.rule_no is null then 'rule_off'
    end as problem
from night_touched as n
inner join lateral (
    select k.*
    from care.follow_up_task as k
    where n.task_key = k.task_key
    offset 0 -- noqa: AM09
) as t on true
left join night_document as c
    on
        t.document_kind = c.document_kind
        and t.store_code = c.store_code
        and t.document_no = c.document_no
left join lateral (
    select e.*
    from care.occasion as e
    where
        t.event = e.event
        and t.document_kind = e.document_kind
        and t.store_code = e.store_code
        and t.document_no = e.document_no
    offset 0 -- noqa: AM09
) as d on true
left join lateral (
    select e.*
    from care.occasion as e
    where
        d.document_no is null
        and e.event in (
            'delivery', 'workshop_exit', 'policy_end', 'lead_defeated'
        )
        and t.document_kind = e.document_kind
        and t.store_code = e.store_code
        and t.document_no = e.document_no
    offset 0 -- noqa: AM09
) as own on true
left join night_range as g
    on
        d.store_code = g.store_code
        and t.rule_id = g.rule_id
        and t.occurrence = g.occurrence
        and t.event = g.event
        and (g.usages = '{}' or coalesce(d.usage = any(g.usages), true))
        and d.event_on between g.event_from and g.event_to
left join night_rule as r on g.rule_no = r.rule_no
where
    t.event not in (
        'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral',
        'trouble_told'
    )
