-- The repair orders of the run's vehicles that stand, also pre-delivery ones:
-- these are no visits, but their odometers count. odometer_no counts the
-- vehicle's odometers; of one moment's orders the first by store and number is
-- the last.
-- grain: one row per repair order
-- reads: pg_temp.service_vehicle, core.repair_order
-- writes: pg_temp.service_visit
create temporary table service_visit on commit drop as
with night as (
    select cast(:time_zone as text) as time_zone
)

select
    repaired.vin,
    repaired.store_code,
    repaired.ro_no,
    repaired.opened_at,
    repaired.exit_on,
    repaired.repair_type,
    repaired.owner_kind,
    repaired.ro_type <> 'pre_delivery' as is_visit,
    cast(repaired.opened_at at time zone night.time_zone as date) as opened_on,
    coalesce(
        repaired.odometer_out_km, repaired.odometer_in_km
    ) as odometer_km,
    count(*) filter (where repaired.is_odometer_replaced) over (
        partition by repaired.vin
        order by
            repaired.opened_at asc,
            repaired.store_code desc,
            repaired.ro_no desc
    ) as odometer_no
from night
cross join service_vehicle
inner join core.repair_order as repaired
    on service_vehicle.vin = repaired.vin
where
    repaired.status <> 'cancelled'
    and not repaired.is_reversed
    and not repaired.is_vanished
