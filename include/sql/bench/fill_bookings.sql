-- A fifth of the vehicles whose service is due about now have a booking; some
-- of those days are past, and nobody came. One in ten is about a repair.
-- grain: one row per vehicle
-- reads: care.service_due
-- writes: core.booking
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:day as date) as day
),

drawn as (
    select
        dues.store_code,
        dues.vin,
        given.load_id,
        given.day,
        given.day - 10 + bench_draw('booked for ' || dues.vin, 40)
            as booked_on,
        bench_draw('repair ' || dues.vin, 10) = 0 as is_repair
    from given
    cross join care.service_due as dues
    where
        dues.due_on between given.day - 60 and given.day + 60
        and bench_draw('booked ' || dues.vin, 5) = 0
)

insert into core.booking (
    store_code,
    booking_no,
    kind,
    status,
    made_at,
    booked_for,
    booked_on,
    vin,
    row_hash,
    version_at,
    version_day,
    load_id
)
select
    drawn.store_code,
    'BK' || drawn.vin as booking_no,
    case
        when drawn.is_repair then 'repair' else 'maintenance'
    end as kind,
    'booked' as status,
    drawn.day - 14 as made_at,
    drawn.booked_on + time '02:00' as booked_for,
    drawn.booked_on,
    drawn.vin,
    substr(sha256(cast(drawn.vin as bytea)), 1, 16) as row_hash,
    drawn.day - 14 as version_at,
    drawn.day - 14 as version_day,
    drawn.load_id
from drawn
