-- The planner must know what the run took.
-- grain: –
-- reads: pg_temp.due_vehicle
-- writes: –
analyze due_vehicle
