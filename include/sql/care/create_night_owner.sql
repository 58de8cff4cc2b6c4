-- Whose document a task stands on, where its vehicle has had several owners.
-- has_left: another one owns the vehicle by now.
-- grain: one row per task key
-- reads: –
-- writes: pg_temp.night_owner
create temporary table if not exists night_owner (
    task_key text primary key,
    vin text not null,
    name_hash bytea not null,
    known_ids text[] not null,
    has_left boolean not null
) on commit drop
