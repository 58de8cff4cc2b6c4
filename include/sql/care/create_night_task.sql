-- How tonight's tasks shall look, before calls and dates decide their status.
-- called_until: the last day whose calls count.
-- grain: one row per task key
-- reads: –
-- writes: pg_temp.night_task
create temporary table night_task (
    task_key text primary key,
    store_code text not null,
    rule_id text not null,
    pack text not null,
    document_kind text not null,
    document_no text not null,
    occurrence integer not null,
    vin text not null,
    event_on date not null,
    open_on date not null,
    due_on date not null,
    deadline_on date not null,
    expires_on date not null,
    contact_kind text not null,
    contact_check text,
    contact_digest bytea,
    owner_role text not null,
    owner_no text,
    channel text not null,
    script_id text not null,
    script_version text not null,
    priority integer not null,
    late_reason text,
    policy_line text not null,
    policy_digest text not null,
    made_day date not null,
    called_until date not null,
    rule_no integer,
    problem text
) on commit drop
