-- Greetings and invitations that have no task yet; they are known when their
-- day has come.
-- grain: one row per person and occasion
-- reads: pg_temp.night_addressee, pg_temp.night_rule, care.follow_up_task
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
    rule_no,
    calendar,
    contact_hash,
    served_by,
    contact_check,
    contact_digest
)
select
    a.store_code || '.' || r.rule_id || '.' || a.document_no
    || '.' || a.number as task_key,
    a.store_code,
    r.rule_id,
    a.occurrence,
    a.event,
    a.document_kind,
    a.document_no,
    a.vin,
    a.event_on,
    a.rule_no,
    a.calendar,
    a.contact_hash,
    a.served_by,
    a.contact_check,
    a.contact_digest
from night_addressee as a
inner join night_rule as r on a.rule_no = r.rule_no
where
    a.event_on between r.look_from and r.look_to
    and not exists (
        select 1
        from care.follow_up_task as t
        where
            t.store_code = a.store_code
            and t.rule_id = r.rule_id
            and t.document_no = a.document_no
            and t.occurrence = a.occurrence
    )
