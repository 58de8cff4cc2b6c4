-- Vehicles whose last visit turns out to be reversed, queued as merge does it.
-- grain: one row per vehicle
-- reads: core.vehicle, core.repair_order
-- writes: core.repair_order, care.service_due_queue
with touched as (
    select
        vehicles.vin,
        vehicles.last_store_code,
        vehicles.last_ro_no
    from core.vehicle as vehicles
    order by md5(vehicles.vin)
    limit :touched
),

reversed as (
    update core.repair_order as repaired
    set is_reversed = true
    from touched
    where
        repaired.store_code = touched.last_store_code
        and repaired.ro_no = touched.last_ro_no
)

insert into care.service_due_queue (vin)
select touched.vin
from touched
