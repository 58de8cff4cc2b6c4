-- What customers said, and what else speaks against a contact or for another
-- way of it. channel: the way that is wanted instead of the rule's; obstacle:
-- why nobody may be contacted in that way, made of number_obstacle, what they
-- stopped (no_call, no_message) and consent_obstacle; paused_until: not before.
-- asked_on: as of the day of work or, where a task may have been told in
-- another call, as of that call.
-- grain: one row per task and day about which something was said
-- reads: –
-- writes: pg_temp.night_wish
create temporary table if not exists night_wish (
    task_key text not null,
    asked_on date not null,
    obstacle text,
    number_obstacle text,
    no_call boolean not null,
    no_message boolean not null,
    consent_obstacle text,
    paused_until date,
    channel text,
    preferred_slot text,
    primary key (task_key, asked_on)
) on commit drop
