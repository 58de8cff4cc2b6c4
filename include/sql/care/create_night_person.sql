-- Who is to be contacted tonight: the person whom core knows by the task's
-- document, if any, and the number.
-- grain: one row per task key
-- reads: –
-- writes: pg_temp.night_person
create temporary table if not exists night_person (
    task_key text primary key,
    known_id text,
    contact_hash bytea
) on commit drop
