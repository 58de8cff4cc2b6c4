-- What tonight has to judge: events that may make a task, and tasks that may
-- change. problem: why there is nothing to follow up. is_news: the document is
-- new here, came in again or has another event, so it has to be asked when that
-- became known.
-- contact_kind: whom it is about, where the rule says `called`.
-- lost_on: the day on which an event was lost that would have made a task
-- before, had nights come in order.
-- grain: one row per task key
-- reads: –
-- writes: pg_temp.night_subject
create temporary table if not exists night_subject (
    task_key text primary key,
    store_code text not null,
    rule_id text not null,
    occurrence integer not null,
    event text not null,
    document_kind text not null,
    document_no text not null,
    vin text,
    event_on date,
    arrived_on date,
    is_news boolean not null default true,
    lost_on date,
    rule_no integer,
    calendar text,
    contact_kind text,
    contact_hash bytea,
    served_by text,
    contact_check text,
    contact_digest bytea,
    problem text
) on commit drop
