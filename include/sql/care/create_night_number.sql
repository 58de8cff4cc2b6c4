-- Since when a document gives the number that it gives now, asked where that
-- number was called in vain; or since when staff put it right.
-- grain: one row per task
-- reads: –
-- writes: pg_temp.night_number
create temporary table if not exists night_number (
    task_key text primary key,
    given_on date not null
) on commit drop
