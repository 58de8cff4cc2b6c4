-- What tonight changed.
-- grain: one row per changed task
-- reads: –
-- writes: pg_temp.night_change
create temporary table night_change (
    task_key text primary key,
    old_status text,
    new_status text not null,
    status_reason text,
    is_moved boolean not null
) on commit drop
