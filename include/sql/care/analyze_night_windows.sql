-- grain: –
-- reads: pg_temp.night_store, pg_temp.night_rule, pg_temp.night_range,
--   pg_temp.night_window
-- writes: –
analyze night_store, night_rule, night_range, night_window
