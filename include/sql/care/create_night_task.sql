-- How tonight's tasks shall look: a table like that of the tasks, so that a
-- task moves between them whole.
-- grain: one row per task key
-- reads: –
-- writes: pg_temp.night_task
create temporary table if not exists night_task (
    like care.follow_up_task including defaults,
    primary key (task_key)
) with (fillfactor = 45) on commit drop
