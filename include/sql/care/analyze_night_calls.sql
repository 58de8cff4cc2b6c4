-- grain: –
-- reads: pg_temp.night_call
-- writes: –
analyze night_call
