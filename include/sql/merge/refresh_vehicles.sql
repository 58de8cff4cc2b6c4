-- What the night needs to know of the vehicles that a load's orders changed,
-- and of those named besides: by an order before, or by one that is gone or
-- there again. Without a load it is the latter alone.
-- A pre-delivery order is no visit, but its odometer counts. Of visits that
-- were opened at one moment the greatest store and number is the last one,
-- because care.occasion compares so; it reads what is kept here. The vehicles'
-- people and next services are to be worked out again.
-- grain: one row per vin is written
-- reads: ops.load, staging.sales_order, staging.repair_order, core.sales_order,
--     core.repair_order
-- writes: core.vehicle, core.people_due, care.service_due_queue
with loads as (
    select
        load_id,
        cast(:time_zone as text) as time_zone
    from ops.load
    where load_id = :load_id
),

touched as (
    select
        sold.vin,
        loads.time_zone
    from loads
    inner join staging.sales_order as given on loads.load_id = given.load_id
    inner join core.sales_order as sold
        on
            given.store_code = sold.store_code
            and given.order_no = sold.order_no
            and given.load_id = sold.load_id
    union
    select
        repaired.vin,
        loads.time_zone
    from loads
    inner join staging.repair_order as given on loads.load_id = given.load_id
    inner join core.repair_order as repaired
        on
            given.store_code = repaired.store_code
            and given.ro_no = repaired.ro_no
            and given.load_id = repaired.load_id
    union
    select
        besides.vin,
        cast(:time_zone as text) as time_zone
    from unnest(cast(:vins_besides as text[])) as besides (vin)
),

derived as (
    select
        touched.vin,
        last_sale.delivered_on,
        last_visit.visited_on as last_visit_on,
        last_visit.store_code as last_store_code,
        last_visit.opened_at as last_opened_at,
        last_visit.ro_no as last_ro_no,
        last_visit.last_exit_on,
        last_reading.odometer_km as last_odometer_km,
        last_reading.read_on as last_odometer_on,
        coalesce(last_sale.model, last_visit.model) as vehicle_model
    from touched
    left join lateral (
        select
            sold.model,
            sold.delivered_on
        from core.sales_order as sold
        where
            touched.vin = sold.vin
            and sold.status = 'active'
            and not sold.is_vanished
        order by
            sold.delivered_on desc nulls last,
            sold.signed_on desc nulls last,
            sold.store_code asc,
            sold.order_no asc
        limit 1
    ) as last_sale on true
    left join lateral (
        select
            repaired.model,
            repaired.store_code,
            repaired.ro_no,
            repaired.opened_at,
            coalesce(
                repaired.exit_on,
                cast(
                    repaired.opened_at at time zone touched.time_zone
                    as date
                )
            ) as visited_on,
            max(repaired.exit_on) over () as last_exit_on
        from core.repair_order as repaired
        where
            touched.vin = repaired.vin
            and repaired.ro_type <> 'pre_delivery'
            and repaired.status <> 'cancelled'
            and not repaired.is_reversed
            and not repaired.is_vanished
        order by
            repaired.opened_at desc,
            repaired.store_code desc,
            repaired.ro_no desc
        limit 1
    ) as last_visit on true
    left join lateral (
        select
            cast(
                repaired.opened_at at time zone touched.time_zone
                as date
            ) as read_on,
            coalesce(
                repaired.odometer_out_km, repaired.odometer_in_km
            ) as odometer_km
        from core.repair_order as repaired
        where
            touched.vin = repaired.vin
            and repaired.status <> 'cancelled'
            and not repaired.is_reversed
            and not repaired.is_vanished
            and num_nonnulls(
                repaired.odometer_out_km, repaired.odometer_in_km
            ) > 0
        order by
            repaired.opened_at desc,
            repaired.store_code asc,
            repaired.ro_no asc
        limit 1
    ) as last_reading on true
),

queued as (
    insert into core.people_due as known (vin)
    select touched.vin
    from touched
    order by touched.vin
    on conflict (vin) do update set queued = known.queued + 1
),

queued_services as (
    insert into care.service_due_queue as known (vin)
    select touched.vin
    from touched
    order by touched.vin
    on conflict (vin) do update set queued = known.queued + 1
)

insert into core.vehicle as known (
    vin,
    model,
    delivered_on,
    last_visit_on,
    last_store_code,
    last_opened_at,
    last_ro_no,
    last_exit_on,
    last_odometer_km,
    last_odometer_on
)
select
    derived.vin,
    derived.vehicle_model,
    derived.delivered_on,
    derived.last_visit_on,
    derived.last_store_code,
    derived.last_opened_at,
    derived.last_ro_no,
    derived.last_exit_on,
    derived.last_odometer_km,
    derived.last_odometer_on
from derived
order by derived.vin
on conflict (vin) do update
    set
        model = excluded.model,
        delivered_on = excluded.delivered_on,
        last_visit_on = excluded.last_visit_on,
        last_store_code = excluded.last_store_code,
        last_opened_at = excluded.last_opened_at,
        last_ro_no = excluded.last_ro_no,
        last_exit_on = excluded.last_exit_on,
        last_odometer_km = excluded.last_odometer_km,
        last_odometer_on = excluded.last_odometer_on
    where
    (
        known.model,
        known.delivered_on,
        known.last_visit_on,
        known.last_store_code,
        known.last_opened_at,
        known.last_ro_no,
        known.last_exit_on,
        known.last_odometer_km,
        known.last_odometer_on
    )
    is distinct from
    (
        excluded.model,
        excluded.delivered_on,
        excluded.last_visit_on,
        excluded.last_store_code,
        excluded.last_opened_at,
        excluded.last_ro_no,
        excluded.last_exit_on,
        excluded.last_odometer_km,
        excluded.last_odometer_on
    )
