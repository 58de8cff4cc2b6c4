-- What the odometers of the run's vehicles said. The last reading of a day
-- counts; what jumps, by more than a vehicle can drive, is left out first,
-- then what falls below the reading before it.
-- grain: one row per vehicle and day
-- reads: pg_temp.service_visit, pg_temp.service_base
-- writes: pg_temp.service_reading
create temporary table service_reading on commit drop as
with days as (
    select distinct on (visits.vin, visits.opened_on)
        visits.vin,
        visits.opened_on as read_on,
        visits.odometer_no,
        bases.most_daily_km,
        -- A wrong odometer may be as large as its column holds.
        cast(visits.odometer_km as bigint) as km
    from service_base as bases
    inner join service_visit as visits on bases.vin = visits.vin
    where visits.odometer_km is not null
    order by
        visits.vin asc,
        visits.opened_on asc,
        visits.opened_at desc,
        visits.store_code asc,
        visits.ro_no asc
),

stepped as (
    select
        days.*,
        lag(days.km) over odometer as km_before,
        lag(days.read_on) over odometer as read_before
    from days
    window odometer as (
        partition by days.vin, days.odometer_no
        order by days.read_on
    )
),

steady as (
    select
        stepped.vin,
        stepped.read_on,
        stepped.odometer_no,
        stepped.km,
        lag(stepped.km) over (
            partition by stepped.vin, stepped.odometer_no
            order by stepped.read_on
        ) as km_before
    from stepped
    where
        stepped.km_before is null
        or stepped.km - stepped.km_before
        <= stepped.most_daily_km * (stepped.read_on - stepped.read_before)
)

select
    steady.vin,
    steady.read_on,
    steady.odometer_no,
    steady.km,
    max(steady.read_on) over (partition by steady.vin) as last_on
from steady
where
    steady.km_before is null
    or steady.km >= steady.km_before
