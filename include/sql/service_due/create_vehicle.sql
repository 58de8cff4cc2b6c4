-- Vehicles whose next service this run works out.
-- grain: one row per vin
-- reads: –
-- writes: pg_temp.service_vehicle
create temporary table service_vehicle (
    vin text primary key
) on commit drop
