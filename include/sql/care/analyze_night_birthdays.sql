-- grain: –
-- reads: pg_temp.night_birthday, pg_temp.night_festival
-- writes: –
analyze night_birthday, night_festival
