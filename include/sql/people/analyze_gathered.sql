-- The planner must know what the run just wrote.
-- grain: –
-- reads: pg_temp.gathered_role
-- writes: –
analyze gathered_role
