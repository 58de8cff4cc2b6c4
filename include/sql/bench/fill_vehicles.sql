-- What core knows of the vehicles of a made-up history. It holds sales and
-- repairs that stand and nothing else, and each visit has ended, so nothing is
-- filtered here.
-- grain: one row per vin
-- reads: core.repair_order, core.sales_order
-- writes: core.vehicle
with visits as (
    select distinct on (orders.vin)
        orders.vin,
        orders.exit_on,
        orders.store_code,
        orders.ro_no,
        orders.odometer_out_km,
        orders.opened_at,
        max(orders.exit_on) over (partition by orders.vin) as last_exit_on
    from core.repair_order as orders
    order by
        orders.vin asc,
        orders.opened_at desc,
        orders.store_code desc,
        orders.ro_no desc
)

insert into core.vehicle (
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
    sold.vin,
    sold.model,
    sold.delivered_on,
    visits.exit_on as last_visit_on,
    visits.store_code,
    visits.opened_at,
    visits.ro_no,
    visits.last_exit_on,
    visits.odometer_out_km,
    visits.exit_on as last_odometer_on
from core.sales_order as sold
left join visits on sold.vin = visits.vin
