-- What came of the attempts to reach the number that a task has now.
-- attempts: half-days on which nobody answered; said: what became of a message.
-- grain: one row per task with an attempt in vain or a message
-- reads: –
-- writes: pg_temp.night_attempt
create temporary table if not exists night_attempt (
    task_key text primary key,
    attempts integer not null,
    last_tried_on date,
    last_half text,
    said text,
    is_said_by_gateway boolean not null
) on commit drop
