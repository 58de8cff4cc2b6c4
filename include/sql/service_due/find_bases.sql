-- The order that each vehicle's interval counts from, with what the policy in
-- force that day at that store says for the vehicle. The last maintenance, or
-- the delivery that came after it or on its day; a used car has had its first
-- service. Its odometer is read from read_from to read_to.
-- grain: one row per vehicle that has a base under a policy
-- reads: pg_temp.service_vehicle, pg_temp.service_visit, core.sales_order,
--     core.vehicle, care.service_term
-- writes: pg_temp.service_base
create temporary table service_base on commit drop as
with deliveries as (
    select distinct on (sold.vin)
        sold.vin,
        sold.store_code,
        sold.order_no,
        sold.delivered_on,
        sold.sale_type,
        sold.usage,
        sold.customer_kind
    from service_vehicle
    inner join core.sales_order as sold on service_vehicle.vin = sold.vin
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

services as (
    select distinct on (visits.vin)
        visits.vin,
        visits.store_code,
        visits.ro_no,
        visits.opened_on,
        coalesce(visits.exit_on, visits.opened_on) as served_on
    from service_visit as visits
    where
        visits.is_visit
        and visits.repair_type = 'maintenance'
    order by
        visits.vin asc,
        visits.opened_at desc,
        visits.store_code asc,
        visits.ro_no asc
),

owners as (
    select distinct on (visits.vin)
        visits.vin,
        visits.owner_kind
    from service_visit as visits
    where
        visits.is_visit
        and visits.owner_kind is not null
    order by
        visits.vin asc,
        visits.opened_at desc,
        visits.store_code asc,
        visits.ro_no asc
),

orders as (
    select
        due.vin,
        vehicles.model,
        services.store_code as service_store_code,
        services.ro_no,
        services.opened_on,
        services.served_on,
        deliveries.store_code,
        deliveries.order_no,
        deliveries.delivered_on,
        coalesce(
            deliveries.delivered_on >= services.served_on,
            services.vin is null
        ) as is_delivery,
        coalesce(deliveries.sale_type, '') <> 'used' as is_new,
        coalesce(
            coalesce(owners.owner_kind, deliveries.customer_kind) = 'company'
            or deliveries.usage in ('business', 'taxi', 'lease'),
            false
        ) as is_fleet
    from service_vehicle as due
    left join services on due.vin = services.vin
    left join deliveries on due.vin = deliveries.vin
    left join owners on due.vin = owners.vin
    left join core.vehicle as vehicles on due.vin = vehicles.vin
    where
        services.vin is not null
        or deliveries.vin is not null
),

described as (
    select
        vin,
        model,
        is_fleet,
        case when is_delivery and is_new then 'first' else 'periodic' end
            as kind,
        case when is_delivery then store_code else service_store_code end
            as store_code,
        case when is_delivery then 'sales_order' else 'repair_order' end
            as document_kind,
        case when is_delivery then order_no else ro_no end as document_no,
        case when is_delivery then delivered_on else served_on end as base_on,
        case when not is_delivery then opened_on end as read_from,
        case when is_delivery then delivered_on else opened_on end as read_to
    from orders
),

judged as (
    select
        described.vin,
        described.kind,
        described.store_code,
        described.document_kind,
        described.document_no,
        described.base_on,
        described.read_to,
        described.is_fleet,
        terms.base_from,
        terms.pair_days,
        terms.pair_months,
        terms.pairs_needed,
        terms.pairs_counted,
        terms.most_daily_km,
        terms.private_least,
        terms.private_most,
        terms.fleet_least,
        terms.fleet_most,
        terms.typical_daily_km,
        terms.lines,
        coalesce(
            described.read_from, described.base_on - terms.reading_days
        ) as read_from,
        case
            when described.kind = 'first' then terms.first_months
            else terms.periodic_months
        end as months_for_all,
        case
            when described.kind = 'first' then terms.first_km
            else terms.periodic_km
        end as km_for_all,
        case
            when described.kind = 'first'
                then terms.first_by_model -> described.model
            else terms.periodic_by_model -> described.model
        end as model_interval,
        case
            when not described.is_fleet
                then cast(
                    terms.typical_daily_km_by_model
                    ->> described.model as numeric
                )
        end as model_daily_km
    from described
    inner join care.service_term as terms
        on
            described.store_code = terms.store_code
            and described.base_on >= terms.base_from
            and described.base_on <= terms.base_to
)

select
    judged.vin,
    judged.kind,
    judged.store_code,
    judged.document_kind,
    judged.document_no,
    judged.base_on,
    judged.base_from,
    judged.read_from,
    judged.read_to,
    judged.pair_days,
    judged.pair_months,
    judged.pairs_needed,
    judged.pairs_counted,
    judged.most_daily_km,
    coalesce(
        cast(judged.model_interval ->> 'calendar_month' as integer),
        judged.months_for_all
    ) as interval_months,
    coalesce(
        cast(judged.model_interval ->> 'kilometre' as integer),
        judged.km_for_all
    ) as interval_km,
    judged.lines
    ->> (
        judged.kind
        || case
            when judged.model_interval is null then '' else '_by_model'
        end
    ) as interval_line,
    case
        when judged.is_fleet then judged.fleet_least
        else judged.private_least
    end as least_daily_km,
    case
        when judged.is_fleet then judged.fleet_most
        else judged.private_most
    end as greatest_daily_km,
    judged.lines
    ->> case when judged.is_fleet then 'fleet_range' else 'private_range' end
        as range_line,
    coalesce(
        judged.model_daily_km, judged.typical_daily_km
    ) as typical_daily_km,
    case
        when judged.model_daily_km is null then 'default' else 'model'
    end as typical_source,
    judged.lines
    ->> case
        when judged.model_daily_km is null then 'typical_daily_km'
        else 'typical_daily_km_by_model'
    end as typical_line
from judged
