-- What tonight tells the stores' targets.
-- grain: one row per task to send
-- reads: –
-- writes: pg_temp.night_message
create temporary table if not exists night_message (
    task_key text primary key,
    target_name text not null,
    store_code text not null,
    contact_key text not null,
    task_version integer not null,
    state text not null
) on commit drop
