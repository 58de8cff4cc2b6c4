-- The workshop's visits of a month, and those of the month half a year before,
-- of whose vehicles some came no more: more of some stores than of others.
-- grain: one row per repair order
-- reads: core.store
-- writes: core.repair_order
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:first_day as date) as first_day,
        cast(:orders as integer) as orders,
        cast(:stores as integer) as stores,
        cast(:time_zone as text) as time_zone,
        cast(:first_day as date) - interval '6 months' as earlier_day
),

visits as (
    select
        given.*,
        numbers.number,
        'N' as era,
        numbers.number as vehicle,
        given.first_day as since_day
    from given
    cross join generate_series(1, given.orders) as numbers (number)
    union all
    select
        given.*,
        numbers.number,
        'V' as era,
        numbers.number + case
            when
                bench_draw('stays ' || numbers.number, 100)
                < 10 + bench_draw('store ' || numbers.number % given.stores, 10)
                then given.orders
            else 0
        end as vehicle,
        cast(given.earlier_day as date) as since_day
    from given
    cross join generate_series(1, given.orders) as numbers (number)
),

timed as (
    select
        visits.*,
        stores.store_code,
        (
            visits.since_day + visits.number / visits.stores % 28
            + time '08:00' + make_interval(mins => visits.number * 13 % 540)
        ) at time zone visits.time_zone as opened_at
    from visits
    inner join core.store as stores
        on
            'CA' || lpad(
                cast(visits.number % visits.stores as text), 3, '0'
            ) = stores.store_code
)

insert into core.repair_order (
    store_code,
    ro_no,
    ro_type,
    repair_type,
    status,
    opened_at,
    settled_at,
    delivered_at,
    exit_on,
    vin,
    owner_kind,
    amount,
    row_hash,
    version_at,
    version_day,
    load_id,
    row_id
)
select
    timed.store_code,
    'RO' || timed.era || lpad(cast(timed.number as text), 8, '0') as ro_no,
    'repair' as ro_type,
    'maintenance' as repair_type,
    'settled' as status,
    timed.opened_at,
    timed.opened_at + interval '1 hour' as settled_at,
    timed.opened_at + interval '2 hours' as delivered_at,
    cast(timed.opened_at at time zone timed.time_zone as date) as exit_on,
    'VIN' || lpad(cast(timed.vehicle as text), 14, '0') as vin,
    'person' as owner_kind,
    200 + timed.number * 37 % 4000 as amount,
    substr(
        sha256(cast(cast(timed.number as text) as bytea)), 1, 16
    ) as row_hash,
    timed.opened_at as version_at,
    cast(timed.opened_at as date) as version_day,
    timed.load_id,
    timed.number + case timed.era when 'V' then timed.orders else 0 end
        as row_id
from timed
