-- What the rules need to know of each row of a load, beside its own columns.
-- grain: one row per staging row of the load
-- reads: staging.repair_order, ops.load, quality.known_store, core.repair_order
-- writes: quality.row_fact
with loads as (
    select
        load_id,
        cast(:time_zone as text) as time_zone,
        cast(business_day + 1 as timestamp)
        at time zone :time_zone as business_day_end
    from ops.load
    where load_id = :load_id
),

known_stores as (
    select store_code
    from quality.known_store
    where load_id = :load_id
),

rows_of_load as (
    select *
    from staging.repair_order
    where load_id = :load_id
),

visits as (
    select
        given.vin,
        given.opened_at,
        given.odometer_in_km,
        given.odometer_out_km,
        given.is_odometer_replaced,
        given.row_id
    from rows_of_load as given
    where
        given.vin_check in ('valid', 'check_digit')
        and given.opened_at is not null
        -- A reading that ran backwards in the workshop is held, so not known.
        and (
            coalesce(given.is_odometer_replaced, false)
            or coalesce(given.odometer_out_km >= given.odometer_in_km, true)
        )
    union all
    select
        earlier.vin,
        earlier.opened_at,
        earlier.odometer_in_km,
        earlier.odometer_out_km,
        earlier.is_odometer_replaced,
        null as row_id
    from core.repair_order as earlier
    where
        earlier.vin in (
            select given.vin
            from rows_of_load as given
        )
        and not exists (
            select 1 as found
            from rows_of_load as given
            where
                given.store_code = earlier.store_code
                and given.ro_no = earlier.ro_no
        )
),

-- What the odometer showed when the vehicle left.
readings as (
    select
        visits.vin,
        visits.opened_at,
        visits.row_id,
        case
            when visits.is_odometer_replaced
                then coalesce(visits.odometer_out_km, visits.odometer_in_km)
            else greatest(visits.odometer_out_km, visits.odometer_in_km)
        end as odometer_km
    from visits
),

known_readings as (
    select
        readings.row_id,
        max(readings.odometer_km)
            over previous_visit
            as last_odometer_km,
        max(cast(readings.opened_at at time zone loads.time_zone as date))
            over previous_visit
            as last_visit_on
    from readings
    cross join loads
    where readings.odometer_km is not null
    window previous_visit as (
        partition by readings.vin
        order by readings.opened_at
        groups between 1 preceding and 1 preceding
    )
)

insert into quality.row_fact (
    load_id,
    row_id,
    row_hash,
    version_at,
    last_odometer_km,
    business_day_end,
    business_key,
    is_key_complete,
    is_complete,
    is_store_known,
    delivered_latest_at,
    km_per_day
)
select
    given.load_id,
    given.row_id,
    given.row_hash,
    given.version_at,
    known_readings.last_odometer_km,
    loads.business_day_end,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.ro_no as text), '')
    ) as business_key,
    num_nulls(given.store_code, given.ro_no) = 0 as is_key_complete,
    num_nulls(
        given.store_code,
        given.ro_no,
        given.ro_type,
        given.status,
        given.opened_at,
        given.vin
    ) = 0
    and known.store_code is not null as is_complete,
    known.store_code is not null as is_store_known,
    case
        when
            cast(given.delivered_at at time zone loads.time_zone as time)
            = time '00:00'
            -- a date without a time
            then given.delivered_at + interval '1 day'
        else given.delivered_at
    end as delivered_latest_at,
    cast(
        given.odometer_in_km - known_readings.last_odometer_km as numeric
    )
    / greatest(
        cast(given.opened_at at time zone loads.time_zone as date)
        - known_readings.last_visit_on,
        1
    ) as km_per_day
from rows_of_load as given
inner join loads on given.load_id = loads.load_id
left join known_stores as known on given.store_code = known.store_code
left join known_readings on given.row_id = known_readings.row_id
