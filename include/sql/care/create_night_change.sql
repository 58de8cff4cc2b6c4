-- What tonight changed. is_listed: the task comes onto the list, for the first
-- time or again.
-- grain: one row per changed task
-- reads: –
-- writes: pg_temp.night_change
create temporary table if not exists night_change (
    task_key text primary key,
    old_status text,
    new_status text not null,
    status_reason text,
    is_moved boolean not null,
    is_listed boolean not null
) on commit drop
