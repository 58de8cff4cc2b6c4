-- The planner must know what the run just wrote.
-- grain: –
-- reads: pg_temp.found_role, pg_temp.changed_role
-- writes: –
analyze found_role, changed_role
