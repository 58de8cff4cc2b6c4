-- What customers said, and what else speaks against a contact or for another
-- way of it. obstacle: why nobody may be contacted; paused_until: not before.
-- grain: one row per task about which something was said
-- reads: –
-- writes: pg_temp.night_wish
create temporary table night_wish (
    task_key text primary key,
    obstacle text,
    paused_until date,
    channel text,
    preferred_slot text
) on commit drop
