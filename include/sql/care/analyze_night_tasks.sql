-- grain: –
-- reads: pg_temp.night_task
-- writes: –
analyze night_task
