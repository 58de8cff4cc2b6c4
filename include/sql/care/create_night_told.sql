-- What may have been told in a call about another task to the same person, and
-- on which day; whether somebody spoke against it on that day is judged later.
-- is_message: in a message that staff sent, into which they wrote it.
-- grain: one row per task, day and call in which the person was reached
-- reads: –
-- writes: pg_temp.night_told
create temporary table if not exists night_told (
    task_key text not null,
    told_on date not null,
    told_with text not null,
    is_message boolean not null,
    primary key (task_key, told_on, told_with)
) on commit drop
