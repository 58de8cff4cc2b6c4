-- The planner must know what the run just wrote.
-- grain: –
-- reads: pg_temp.service_reading
-- writes: –
analyze service_reading (vin, odometer_no)
