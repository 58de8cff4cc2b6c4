-- Vehicles of the run of whose next service nothing is known any more.
-- grain: one row per vehicle
-- reads: pg_temp.service_vehicle, pg_temp.service_found
-- writes: care.service_due
delete from care.service_due as known
using service_vehicle
where
    known.vin = service_vehicle.vin
    and not exists (
        select found.vin
        from service_found as found
        where known.vin = found.vin
    )
