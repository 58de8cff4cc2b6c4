-- When the next service of the run's vehicles is due. Each reading makes a
-- pair with the newest one of the same odometer that lies long enough before
-- it, of several with the same one the last; the median slope of the last
-- pairs is the vehicle's own daily distance.
-- grain: one row per vehicle
-- reads: pg_temp.service_base, pg_temp.service_reading
-- writes: pg_temp.service_found
create temporary table service_found on commit drop as
with pairs as (
    select distinct on (later.vin, later.read_on)
        later.vin,
        later.read_on,
        earlier.read_on as since_on,
        bases.pairs_needed,
        bases.pairs_counted,
        round(
            cast(later.km - earlier.km as numeric)
            / (later.read_on - earlier.read_on),
            2
        ) as daily_km
    from service_base as bases
    inner join service_reading as later on bases.vin = later.vin
    inner join service_reading as earlier
        on
            later.vin = earlier.vin
            and later.odometer_no = earlier.odometer_no
            and later.read_on - bases.pair_days >= earlier.read_on
            and later.last_on - make_interval(months => bases.pair_months)
            <= earlier.read_on
            and later.km >= earlier.km
            and later.km - earlier.km
            <= bases.most_daily_km * (later.read_on - earlier.read_on)
    order by
        later.vin asc,
        later.read_on asc,
        earlier.read_on desc
),

stretches as (
    select distinct on (pairs.vin, pairs.since_on) pairs.*
    from pairs
    order by
        pairs.vin asc,
        pairs.since_on asc,
        pairs.read_on desc
),

last_pairs as (
    select
        stretches.*,
        row_number() over (
            partition by stretches.vin
            order by stretches.read_on desc
        ) as place
    from stretches
),

slopes as (
    select
        last_pairs.vin,
        array_agg(last_pairs.daily_km order by last_pairs.daily_km) as in_order,
        cast(count(*) as integer) as pair_count
    from last_pairs
    where last_pairs.place <= last_pairs.pairs_counted
    group by last_pairs.vin, last_pairs.pairs_needed
    having count(*) >= last_pairs.pairs_needed
),

medians as (
    select
        slopes.vin,
        round(
            (
                slopes.in_order[(slopes.pair_count + 1) / 2]
                + slopes.in_order[slopes.pair_count / 2 + 1]
            )
            / 2,
            2
        ) as daily_km
    from slopes
),

base_readings as (
    select distinct on (readings.vin)
        readings.vin,
        readings.read_on,
        readings.odometer_no,
        readings.km,
        bases.base_on,
        bases.interval_km
    from service_base as bases
    inner join service_reading as readings
        on
            bases.vin = readings.vin
            and bases.read_from <= readings.read_on
            and bases.read_to >= readings.read_on
    order by
        readings.vin asc,
        readings.read_on desc
),

driven as (
    select distinct on (readings.vin)
        readings.vin,
        base_readings.km as base_km,
        greatest(readings.read_on, base_readings.base_on) as counted_from,
        greatest(
            base_readings.km + base_readings.interval_km - readings.km, 0
        ) as km_left
    from base_readings
    inner join service_reading as readings
        on
            base_readings.vin = readings.vin
            and base_readings.odometer_no = readings.odometer_no
            and base_readings.read_on <= readings.read_on
            and base_readings.km <= readings.km
    order by
        readings.vin asc,
        readings.read_on desc
),

measured as (
    select
        bases.*,
        driven.base_km,
        driven.counted_from,
        driven.km_left,
        last_readings.km as last_odometer_km,
        last_readings.read_on as last_odometer_on,
        medians.vin is not null as is_own,
        case
            when medians.vin is null then bases.typical_daily_km
            else
                least(
                    greatest(medians.daily_km, bases.least_daily_km),
                    bases.greatest_daily_km
                )
        end as daily_km
    from service_base as bases
    left join medians on bases.vin = medians.vin
    left join driven on bases.vin = driven.vin
    left join service_reading as last_readings
        on
            bases.vin = last_readings.vin
            and last_readings.read_on = last_readings.last_on
),

dated as (
    select
        measured.*,
        case
            when measured.is_own then 'own'
            else measured.typical_source
        end as daily_km_source,
        cast(
            measured.base_on
            + make_interval(months => measured.interval_months)
            as date
        ) as due_by_time_on,
        measured.counted_from
        + cast(
            ceil(measured.km_left / measured.daily_km) as integer
        ) as due_by_km_on
    from measured
)

select
    dated.vin,
    dated.kind,
    dated.store_code,
    dated.document_kind,
    dated.document_no,
    dated.base_on,
    dated.base_km as base_odometer_km,
    dated.interval_months,
    dated.interval_km,
    dated.daily_km,
    dated.daily_km_source,
    dated.due_by_time_on,
    dated.due_by_km_on,
    least(dated.due_by_time_on, dated.due_by_km_on) as due_on,
    case
        when dated.due_by_km_on < dated.due_by_time_on then 'km'
        else 'time'
    end as reason,
    case
        when dated.due_by_km_on is null then 'default'
        else dated.daily_km_source
    end as confidence,
    dated.last_odometer_km,
    dated.last_odometer_on,
    array[
        dated.interval_line,
        case
            when dated.is_own then dated.range_line
            else dated.typical_line
        end
    ] as policy_line
from dated
