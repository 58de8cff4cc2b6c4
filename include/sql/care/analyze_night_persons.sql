-- grain: –
-- reads: pg_temp.night_person
-- writes: –
analyze night_person
