-- The reference of next services: the queued vehicles, under the values that
-- the house has today, whatever the pack, the day and the model.
-- grain: one row per vehicle
-- reads: care.service_due_queue, core.sales_order, core.repair_order
-- writes: care.service_due_queue, care.service_due
with given as (
    select cast(:time_zone as text) as time_zone
),

taken as (
    delete from care.service_due_queue
    returning vin
),

visits as materialized (
    select
        repaired.vin,
        repaired.store_code,
        repaired.ro_no,
        repaired.opened_at,
        repaired.ro_type,
        repaired.repair_type,
        repaired.owner_kind,
        (repaired.opened_at at time zone given.time_zone)::date as opened_on,
        coalesce(
            repaired.exit_on,
            (repaired.opened_at at time zone given.time_zone)::date
        ) as served_on,
        coalesce(repaired.odometer_out_km, repaired.odometer_in_km) as km,
        count(*) filter (where repaired.is_odometer_replaced) over (
            partition by repaired.vin
            order by
                repaired.opened_at asc,
                repaired.store_code desc,
                repaired.ro_no desc
        ) as odometer_no
    from given
    cross join taken
    inner join core.repair_order as repaired on taken.vin = repaired.vin
    where
        repaired.status <> 'cancelled'
        and not repaired.is_reversed
        and not repaired.is_vanished
),

services as (
    select distinct on (vin)
        vin,
        store_code,
        ro_no,
        opened_on,
        served_on
    from visits
    where ro_type <> 'pre_delivery' and repair_type = 'maintenance'
    order by vin asc, opened_at desc, store_code asc, ro_no asc
),

owners as (
    select distinct on (vin)
        vin,
        owner_kind
    from visits
    where ro_type <> 'pre_delivery' and owner_kind is not null
    order by vin asc, opened_at desc, store_code asc, ro_no asc
),

sales as (
    select distinct on (sold.vin) sold.*
    from taken
    inner join core.sales_order as sold on taken.vin = sold.vin
    where
        sold.status = 'active'
        and not sold.is_vanished
        and sold.delivered_on is not null
    order by
        sold.vin asc,
        sold.delivered_on desc,
        sold.signed_on desc nulls last,
        sold.store_code asc,
        sold.order_no asc
),

bases as (
    select
        taken.vin,
        sales.store_code as sale_store_code,
        sales.order_no,
        sales.delivered_on,
        services.store_code,
        services.ro_no,
        services.opened_on,
        services.served_on,
        coalesce(
            sales.delivered_on >= services.served_on, services.vin is null
        ) as is_sale,
        coalesce(sales.sale_type, '') <> 'used' as is_new,
        coalesce(owners.owner_kind, sales.customer_kind) = 'company'
        or sales.usage in ('business', 'taxi', 'lease') as is_fleet
    from taken
    left join services on taken.vin = services.vin
    left join sales on taken.vin = sales.vin
    left join owners on taken.vin = owners.vin
    where services.vin is not null or sales.vin is not null
),

based as (
    select
        vin,
        is_sale and is_new as is_first,
        coalesce(is_fleet, false) as is_fleet,
        case when is_sale then sale_store_code else store_code end
            as store_code,
        case when is_sale then 'sales_order' else 'repair_order' end
            as document_kind,
        case when is_sale then order_no else ro_no end as document_no,
        case when is_sale then delivered_on else served_on end as base_on,
        case when is_sale then delivered_on - 90 else opened_on end
            as read_from,
        case when is_sale then delivered_on else opened_on end as read_to
    from bases
),

days as (
    select distinct on (vin, opened_on)
        vin,
        opened_on,
        odometer_no,
        km
    from visits
    where km is not null
    order by
        vin asc,
        opened_on asc,
        opened_at desc,
        store_code asc,
        ro_no asc
),

steps as (
    select
        days.*,
        lag(days.km) over odometer as km_before,
        lag(days.opened_on) over odometer as day_before
    from days
    window odometer as (
        partition by days.vin, days.odometer_no
        order by days.opened_on
    )
),

steady as (
    select
        vin,
        opened_on,
        odometer_no,
        km,
        lag(km) over (partition by vin, odometer_no order by opened_on)
            as km_before
    from steps
    where km_before is null or km - km_before <= 500 * (opened_on - day_before)
),

sound as materialized (
    select
        vin,
        opened_on,
        odometer_no,
        km,
        max(opened_on) over (partition by vin) as last_on
    from steady
    where km_before is null or km >= km_before
),

pairs as (
    select distinct on (later.vin, later.opened_on)
        later.vin,
        later.opened_on,
        earlier.opened_on as since_on,
        round(
            (later.km - earlier.km)::numeric
            / (later.opened_on - earlier.opened_on),
            2
        ) as slope
    from sound as later
    inner join sound as earlier
        on
            later.vin = earlier.vin
            and later.odometer_no = earlier.odometer_no
            and later.opened_on - 30 >= earlier.opened_on
            and later.last_on - interval '24 months' <= earlier.opened_on
            and later.km >= earlier.km
            and later.km - earlier.km
            <= 500 * (later.opened_on - earlier.opened_on)
    order by
        later.vin asc,
        later.opened_on asc,
        earlier.opened_on desc
),

stretches as (
    select distinct on (vin, since_on)
        vin,
        opened_on,
        slope
    from pairs
    order by vin asc, since_on asc, opened_on desc
),

ranked as (
    select
        vin,
        slope,
        row_number() over (partition by vin order by opened_on desc) as place
    from stretches
),

slopes as (
    select
        vin,
        round(
            percentile_cont(0.5) within group (order by slope)::numeric, 2
        ) as daily_km
    from ranked
    where place <= 5
    group by vin
    having count(*) >= 3
),

base_readings as (
    select distinct on (sound.vin)
        sound.vin,
        sound.opened_on,
        sound.odometer_no,
        sound.km
    from based
    inner join sound
        on
            based.vin = sound.vin
            and based.read_from <= sound.opened_on
            and based.read_to >= sound.opened_on
    order by sound.vin asc, sound.opened_on desc
),

driven as (
    select distinct on (sound.vin)
        sound.vin,
        sound.opened_on,
        sound.km,
        base_readings.km as base_km
    from base_readings
    inner join sound
        on
            base_readings.vin = sound.vin
            and base_readings.odometer_no = sound.odometer_no
            and base_readings.opened_on <= sound.opened_on
            and base_readings.km <= sound.km
    order by sound.vin asc, sound.opened_on desc
),

known as (
    select
        based.*,
        driven.base_km,
        driven.km,
        last_reading.km as last_km,
        last_reading.opened_on as last_on,
        slopes.vin is not null as is_own,
        case when based.is_first then 3 else 6 end as months,
        case when based.is_first then 5000 else 10000 end as interval_km,
        greatest(driven.opened_on, based.base_on) as counted_from,
        case
            when slopes.vin is null then 40
            when based.is_fleet then least(greatest(slopes.daily_km, 1), 500)
            else least(greatest(slopes.daily_km, 5), 300)
        end as daily_km
    from based
    left join slopes on based.vin = slopes.vin
    left join driven on based.vin = driven.vin
    left join sound as last_reading
        on
            based.vin = last_reading.vin
            and last_reading.opened_on = last_reading.last_on
),

dated as (
    select
        known.*,
        (known.base_on + make_interval(months => known.months))::date
            as by_time,
        case
            when known.base_km is not null
                then
                    known.counted_from
                    + ceil(
                        greatest(
                            known.base_km + known.interval_km - known.km, 0
                        )
                        / known.daily_km
                    )::integer
        end as by_km
    from known
)

insert into care.service_due as due (
    vin,
    kind,
    store_code,
    document_kind,
    document_no,
    base_on,
    base_odometer_km,
    interval_months,
    interval_km,
    daily_km,
    daily_km_source,
    due_by_time_on,
    due_by_km_on,
    due_on,
    reason,
    confidence,
    last_odometer_km,
    last_odometer_on,
    policy_line
)
select
    vin,
    case when is_first then 'first' else 'periodic' end as kind,
    store_code,
    document_kind,
    document_no,
    base_on,
    base_km,
    months,
    interval_km,
    daily_km,
    case when is_own then 'own' else 'default' end as daily_km_source,
    by_time,
    by_km,
    least(by_time, by_km) as due_on,
    case when by_km < by_time then 'km' else 'time' end as reason,
    case when is_own and by_km is not null then 'own' else 'default' end
        as confidence,
    last_km,
    last_on,
    array[
        'house/service_due/'
        || case when is_first then 'first' else 'periodic' end
        || '@2012-01-01',
        'house/service_due/'
        || case
            when not is_own then 'typical_daily_km'
            when is_fleet then 'fleet_range'
            else 'private_range'
        end
        || '@2012-01-01'
    ] as policy_line
from dated
on conflict (vin) do update
    set
        kind = excluded.kind,
        store_code = excluded.store_code,
        document_kind = excluded.document_kind,
        document_no = excluded.document_no,
        base_on = excluded.base_on,
        base_odometer_km = excluded.base_odometer_km,
        interval_months = excluded.interval_months,
        interval_km = excluded.interval_km,
        daily_km = excluded.daily_km,
        daily_km_source = excluded.daily_km_source,
        due_by_time_on = excluded.due_by_time_on,
        due_by_km_on = excluded.due_by_km_on,
        due_on = excluded.due_on,
        reason = excluded.reason,
        confidence = excluded.confidence,
        last_odometer_km = excluded.last_odometer_km,
        last_odometer_on = excluded.last_odometer_on,
        policy_line = excluded.policy_line
