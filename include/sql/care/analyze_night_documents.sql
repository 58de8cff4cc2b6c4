-- grain: –
-- reads: pg_temp.night_load, pg_temp.night_document
-- writes: –
analyze night_load, night_document
