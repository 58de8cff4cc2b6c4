-- The planner must know what the run just wrote.
-- grain: –
-- reads: pg_temp.service_visit
-- writes: –
analyze service_visit (vin, is_visit, repair_type, owner_kind, odometer_km)
