-- Who called about tonight's tasks, up to the night that judges.
-- grain: one row per task and attempt
-- reads: –
-- writes: pg_temp.night_call
create temporary table if not exists night_call (
    task_key text not null,
    attempt_no integer not null,
    called_at timestamptz not null,
    called_on date not null,
    outcome text not null,
    primary key (task_key, attempt_no)
) on commit drop
