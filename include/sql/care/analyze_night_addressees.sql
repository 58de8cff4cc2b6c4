-- grain: –
-- reads: pg_temp.night_addressee
-- writes: –
analyze night_addressee
