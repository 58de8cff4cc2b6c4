-- Whom greetings and campaigns are for: first every document that names
-- somebody, then one of each person. number: the day or the campaign's code,
-- which ends the task's key; occurrence: the same as a number.
-- grain: one row per document and occasion
-- reads: –
-- writes: pg_temp.night_addressee
create temporary table if not exists night_addressee (
    event text not null,
    occurrence integer not null,
    number text not null,
    event_on date not null,
    rule_no integer not null,
    calendar text not null,
    document_kind text not null,
    store_code text not null,
    document_no text not null,
    vin text not null,
    known_on date not null,
    contact_hash bytea,
    served_by text,
    contact_check text,
    contact_digest bytea,
    primary key (event, occurrence, store_code, document_kind, document_no)
) on commit drop
