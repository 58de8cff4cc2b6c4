-- Status and owner of tonight's tasks.
-- grain: one row per task key
-- reads: –
-- writes: pg_temp.night_verdict
create temporary table night_verdict (
    task_key text primary key,
    status text not null,
    status_reason text,
    owner_no text,
    late_reason text
) on commit drop
