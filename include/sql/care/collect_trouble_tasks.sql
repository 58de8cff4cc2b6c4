-- Tasks inside the house that may change, as what was said stands tonight. A
-- mark that was put right may be another rule's, which makes a task of its own.
-- offset 0: task by task.
-- grain: one row per task
-- reads: pg_temp.night_touched, care.follow_up_task, care.trouble,
--   pg_temp.night_range, pg_temp.night_rule
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
    contact_kind,
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
    coalesce(d.vin, t.vin) as vin,
    t.event_on,
    t.arrived_day as arrived_on,
    r.rule_no,
    g.calendar,
    coalesce(d.contact_kind, t.contact_kind) as contact_kind,
    coalesce(d.contact_check, t.contact_check) as contact_check,
    coalesce(d.said_digest, t.contact_digest) as contact_digest,
    case
        when d.document_no is null then 'answer_corrected'
        when r.rule_no is null then 'rule_off'
        when d.is_trouble and r.has_trouble then null
        when
            not d.is_trouble
            and d.satisfaction between r.satisfaction_from
            and r.satisfaction_to
            then null
        else 'answer_corrected'
    end as problem
from night_touched as n
inner join lateral (
    select k.*
    from care.follow_up_task as k
    where n.task_key = k.task_key and k.event = 'trouble_told'
    offset 0 -- noqa: AM09
) as t on true
left join lateral (
    select e.*
    from care.trouble as e
    where
        e.store_code = t.store_code
        and e.event_on = t.event_on
        and e.document_kind = t.document_kind
        and e.document_no = t.document_no
    offset 0 -- noqa: AM09
) as d on true
left join night_range as g
    on
        t.store_code = g.store_code
        and t.rule_id = g.rule_id
        and t.event = g.event
        and t.event_on between g.event_from and g.event_to
        and t.occurrence
        = cast(to_char(t.event_on, 'YYYYMMDD') as integer) * 10
        + g.satisfaction_from
left join night_rule as r on g.rule_no = r.rule_no
