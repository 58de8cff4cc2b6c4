-- The day's loads, and loads merged since tasks were made last.
-- grain: one row per load
-- reads: –
-- writes: pg_temp.night_load
create temporary table if not exists night_load (
    load_id bigint primary key,
    feed text not null
) on commit drop
