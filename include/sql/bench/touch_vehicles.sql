-- Vehicles whose last visit turns out to be reversed, queued as merge does it.
-- grain: one row per vehicle
-- reads: core.vehicle, core.repair_order
-- writes: core.repair_order, care.service_due_queue
with touched as (
    select vehicles.vin
    from core.vehicle as vehicles
    order by md5(vehicles.vin)
    limit :touched
),

last_visits as (
    select distinct on (repaired.vin)
        repaired.store_code,
        repaired.ro_no
    from touched
    inner join core.repair_order as repaired on touched.vin = repaired.vin
    order by
        repaired.vin asc,
        repaired.opened_at desc,
        repaired.store_code asc,
        repaired.ro_no asc
),

reversed as (
    update core.repair_order as repaired
    set is_reversed = true
    from last_visits
    where
        repaired.store_code = last_visits.store_code
        and repaired.ro_no = last_visits.ro_no
)

insert into care.service_due_queue (vin)
select touched.vin
from touched
