-- Tasks that may change tonight.
-- grain: one row per task
-- reads: –
-- writes: pg_temp.night_touched
create temporary table if not exists night_touched (
    task_key text primary key
) on commit drop
