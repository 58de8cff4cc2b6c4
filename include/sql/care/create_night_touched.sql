-- Tasks that may change tonight, and finished ones that are only asked what was
-- told in their calls.
-- grain: one row per task
-- reads: –
-- writes: pg_temp.night_touched
create temporary table if not exists night_touched (
    task_key text primary key,
    is_only_asked boolean not null
) on commit drop
