-- What is known of vehicles as merge keeps it now. Of visits opened at one
-- moment another one became the last, and 0016 brought only its key along; and
-- where no load of a feed was merged, a sweep of it left vehicles as they were.
-- A visit that has not ended counts on the day on which it was opened in the
-- group's time zone, which the warehouse does not know: there, as with
-- odometers, the vehicle's next order puts the day right.
with named as (
    select vin from core.sales_order
    union
    select vin from core.repair_order
),

sales as (
    select distinct on (sold.vin)
        sold.vin,
        sold.model,
        sold.delivered_on
    from core.sales_order as sold
    where
        sold.status = 'active'
        and not sold.is_vanished
    order by
        sold.vin asc,
        sold.delivered_on desc nulls last,
        sold.signed_on desc nulls last,
        sold.store_code asc,
        sold.order_no asc
),

visits as (
    select distinct on (repaired.vin)
        repaired.vin,
        repaired.model,
        repaired.opened_at,
        repaired.store_code,
        repaired.ro_no,
        repaired.exit_on,
        max(repaired.exit_on) over (partition by repaired.vin)
            as last_exit_on
    from core.repair_order as repaired
    where
        repaired.ro_type <> 'pre_delivery'
        and repaired.status <> 'cancelled'
        and not repaired.is_reversed
        and not repaired.is_vanished
    order by
        repaired.vin asc,
        repaired.opened_at desc,
        repaired.store_code desc,
        repaired.ro_no desc
),

written as (
    insert into core.vehicle as known (
        vin,
        model,
        delivered_on,
        last_visit_on,
        last_store_code,
        last_opened_at,
        last_ro_no,
        last_exit_on
    )
    select
        named.vin,
        coalesce(sales.model, visits.model) as model,
        sales.delivered_on,
        case
            when visits.exit_on is not null then visits.exit_on
            when visits.vin is not null then before.last_visit_on
        end as last_visit_on,
        visits.store_code,
        visits.opened_at,
        visits.ro_no,
        visits.last_exit_on
    from named
    left join core.vehicle as before on named.vin = before.vin
    left join sales on named.vin = sales.vin
    left join visits on named.vin = visits.vin
    on conflict (vin) do update
        set
            model = excluded.model,
            delivered_on = excluded.delivered_on,
            last_visit_on = excluded.last_visit_on,
            last_store_code = excluded.last_store_code,
            last_opened_at = excluded.last_opened_at,
            last_ro_no = excluded.last_ro_no,
            last_exit_on = excluded.last_exit_on
        where
        (
            known.model,
            known.delivered_on,
            known.last_visit_on,
            known.last_store_code,
            known.last_opened_at,
            known.last_ro_no,
            known.last_exit_on
        )
        is distinct from
        (
            excluded.model,
            excluded.delivered_on,
            excluded.last_visit_on,
            excluded.last_store_code,
            excluded.last_opened_at,
            excluded.last_ro_no,
            excluded.last_exit_on
        )
    returning known.vin
),

-- Such a sweep queued nothing either, and that does not show in the vehicle.
touched as (
    select written.vin
    from written
    union
    select sold.vin
    from ops.sweep as sweeps
    inner join ops.sweep_finding as found on sweeps.sweep_id = found.sweep_id
    inner join core.sales_order as sold
        on
            found.store_code = sold.store_code
            and found.document_no = sold.order_no
    where sweeps.feed = 'sales_order'
    union
    select repaired.vin
    from ops.sweep as sweeps
    inner join ops.sweep_finding as found on sweeps.sweep_id = found.sweep_id
    inner join core.repair_order as repaired
        on
            found.store_code = repaired.store_code
            and found.document_no = repaired.ro_no
    where sweeps.feed = 'repair_order'
),

queued as (
    insert into core.people_due (vin)
    select touched.vin
    from touched
    on conflict (vin) do nothing
)

insert into care.service_due_queue (vin)
select touched.vin
from touched
on conflict (vin) do nothing;
