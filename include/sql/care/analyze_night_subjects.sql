-- The planner must know what the night just wrote.
-- grain: –
-- reads: pg_temp.night_subject
-- writes: –
analyze night_subject
