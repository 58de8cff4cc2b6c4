-- The reference of the merge, second part: what the night needs to know of
-- the vehicles in the load.
-- grain: one row per vin
-- reads: quality.good_row, staging.repair_order, core.sales_order,
--     core.repair_order
-- writes: core.vehicle, core.people_due, care.service_due_queue
with asked as (
    select cast(:load_id as bigint) as load_id
),

touched as (
    select distinct given.vin
    from asked
    inner join staging.repair_order as given on asked.load_id = given.load_id
    inner join quality.good_row as good
        on given.load_id = good.load_id and given.row_id = good.row_id
),

queued as (
    insert into core.people_due as known (vin)
    select touched.vin
    from touched
    on conflict (vin) do update set queued = known.queued + 1
),

queued_services as (
    insert into care.service_due_queue as known (vin)
    select touched.vin
    from touched
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
    touched.vin,
    coalesce(sale.model, visit.model) as model,
    sale.delivered_on,
    visit.visited_on,
    visit.store_code,
    visit.opened_at,
    visit.ro_no,
    visit.last_exit_on,
    reading.odometer_km,
    reading.read_on
from touched
left join lateral (
    select
        sold.model,
        sold.delivered_on
    from core.sales_order as sold
    where
        touched.vin = sold.vin
        and sold.status = 'active'
    order by
        sold.delivered_on desc nulls last,
        sold.signed_on desc nulls last,
        sold.store_code asc,
        sold.order_no asc
    limit 1
) as sale on true
left join lateral (
    select
        repaired.model,
        repaired.store_code,
        repaired.ro_no,
        repaired.opened_at,
        coalesce(
            repaired.exit_on,
            cast(repaired.opened_at at time zone :time_zone as date)
        ) as visited_on,
        max(repaired.exit_on) over () as last_exit_on
    from core.repair_order as repaired
    where
        touched.vin = repaired.vin
        and repaired.ro_type <> 'pre_delivery'
        and repaired.status <> 'cancelled'
        and not repaired.is_reversed
    order by
        repaired.opened_at desc,
        repaired.store_code desc,
        repaired.ro_no desc
    limit 1
) as visit on true
left join lateral (
    select
        cast(repaired.opened_at at time zone :time_zone as date) as read_on,
        coalesce(
            repaired.odometer_out_km, repaired.odometer_in_km
        ) as odometer_km
    from core.repair_order as repaired
    where
        touched.vin = repaired.vin
        and repaired.status <> 'cancelled'
        and not repaired.is_reversed
        and num_nonnulls(repaired.odometer_out_km, repaired.odometer_in_km) > 0
    order by
        repaired.opened_at desc,
        repaired.store_code asc,
        repaired.ro_no asc
    limit 1
) as reading on true
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
