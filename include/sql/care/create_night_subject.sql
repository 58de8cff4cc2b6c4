-- What tonight has to judge: events that may make a task, and tasks that may
-- change. problem: why there is nothing to follow up.
-- grain: one row per task key
-- reads: –
-- writes: pg_temp.night_subject
create temporary table night_subject (
    task_key text primary key,
    store_code text not null,
    rule_id text not null,
    occurrence integer not null,
    document_kind text not null,
    document_no text not null,
    vin text,
    event_on date,
    arrived_on date,
    rule_no integer,
    calendar text,
    contact_check text,
    contact_digest bytea,
    problem text
) on commit drop
