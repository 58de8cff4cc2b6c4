-- Vehicles whose people this run works out.
-- grain: one row per vin
-- reads: –
-- writes: pg_temp.due_vehicle
create temporary table due_vehicle (
    vin text primary key,
    is_whole boolean not null
) on commit drop
