-- The planner must know what the run took.
-- grain: –
-- reads: pg_temp.service_vehicle
-- writes: –
analyze service_vehicle
