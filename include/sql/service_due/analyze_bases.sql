-- The planner must know what the run just wrote.
-- grain: –
-- reads: pg_temp.service_base
-- writes: –
analyze service_base (vin)
