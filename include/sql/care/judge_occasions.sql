-- What leaves nothing to do by what a rule says of itself. A rule about the
-- owner ends for who sold the vehicle; one about whom the document names, such
-- as the buyer, does not. A visit that is agreed on silences until some days
-- after it: who did not come is reminded again. What a visit must have read or
-- cost is asked of its order as it stands, so that a correction counts; what
-- the maker pays (warranty) cost the customer nothing. The odometer reached a
-- value at the first visit that stands and read as much. A visit does not tell
-- what the vehicle is used for: its last sale does. An order that does not tell
-- its kind sold a new car; a car that was delivered or maintained before is a
-- used one, whatever its order says. A policy's owner is its holder: a sale to
-- somebody else ends it where it was agreed on after the policy began, since a
-- new car is often insured before it is handed over. Who was lost as a lead
-- and bought since it was opened, at whatever store, is lost no more; they are
-- known by their number, where that says whose it is. A purchase and a service
-- count up to the last day of what they make needless: what was missed before
-- stays missed.
-- grain: one row per task without an occasion
-- reads: pg_temp.night_rule, pg_temp.night_owner, care.service_due,
--   core.sales_order, core.repair_order, core.booking, core.insurance_policy,
--   core.lead, core.customer, core.customer_role, core.shared_phone,
--   core.employee
-- writes: pg_temp.night_subject
with night as (
    select
        cast(:horizon as date) as horizon,
        cast(:time_zone as text) as time_zone
),

ends as materialized (
    select
        s.task_key,
        cast(
            s.event_on + make_interval(months => r.expires_months) as date
        ) + r.expires_days as last_on
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    where
        s.problem is null
        and (r.is_until_service or s.event = 'lead_defeated')
),

owned as (
    select
        s.task_key,
        s.vin,
        coalesce(sold.delivered_on, visits.exit_on) as owned_on
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    left join lateral (
        select d.delivered_on
        from core.sales_order as d
        where
            s.document_kind = 'sales_order'
            and s.store_code = d.store_code
            and s.document_no = d.order_no
        offset 0 -- noqa: AM09
    ) as sold on true
    left join lateral (
        select d.exit_on
        from core.repair_order as d
        where
            s.document_kind = 'repair_order'
            and s.store_code = d.store_code
            and s.document_no = d.ro_no
        offset 0 -- noqa: AM09
    ) as visits on true
    where s.problem is null and s.vin is not null and r.party = 'owner'
),

problems as (
    select
        o.task_key,
        'sold_again' as problem,
        1 as place
    from owned as o
    where
        exists (
            select 1
            from core.sales_order as later
            where
                o.vin = later.vin
                and o.owned_on < later.delivered_on
                and later.status <> 'cancelled'
                and not later.is_vanished
        )
    union all
    select
        o.task_key,
        'other_owner' as problem,
        2 as place
    from owned as o
    inner join night_owner as n on o.task_key = n.task_key
    where n.has_left
    union all
    select
        s.task_key,
        'booked' as problem,
        3 as place
    from night
    cross join night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    inner join care.service_due as due on s.vin = due.vin
    where
        s.problem is null
        and s.event in ('first_service_due', 'service_due')
        and exists (
            select 1
            from core.booking as agreed
            where
                s.vin = agreed.vin
                and agreed.status = 'booked'
                and agreed.kind is distinct from 'repair'
                and due.base_on < agreed.booked_on
                and not agreed.is_vanished
                and coalesce(
                    night.horizon < agreed.booked_on + r.booked_days, true
                )
        )
),

policies as (
    select
        s.task_key,
        s.vin,
        p.starts_on,
        p.holder_name_hash,
        p.holder_phone_hash
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    inner join lateral (
        select o.*
        from core.insurance_policy as o
        where s.store_code = o.store_code and s.document_no = o.policy_no
        offset 0 -- noqa: AM09
    ) as p on true
    where
        s.problem is null and s.event = 'policy_end' and r.party = 'owner'
),

of_policies as (
    select
        p.task_key,
        'sold_again' as problem,
        1 as place
    from policies as p
    where
        exists (
            select 1
            from core.sales_order as later
            where
                p.vin = later.vin
                and p.starts_on < later.delivered_on
                and coalesce(p.starts_on < later.signed_on, true)
                and later.status <> 'cancelled'
                and not later.is_vanished
                and not coalesce(
                    p.holder_name_hash = later.customer_name_hash, false
                )
                and not coalesce(
                    p.holder_phone_hash = later.customer_phone_hash, false
                )
            offset 0 -- noqa: AM09
        )
),

sales as materialized (
    select
        s.task_key,
        s.vin,
        d.store_code,
        d.order_no,
        d.sale_type,
        d.delivered_on,
        d.delivered_at,
        ends.last_on,
        r.sale_types,
        r.is_until_service
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    left join ends on s.task_key = ends.task_key
    inner join lateral (
        select o.*
        from core.sales_order as o
        where s.store_code = o.store_code and s.document_no = o.order_no
        offset 0 -- noqa: AM09
    ) as d on true
    where
        s.problem is null
        and s.document_kind = 'sales_order'
        and (r.sale_types <> '{}' or r.is_until_service)
),

of_sales as (
    select
        d.task_key,
        'other_sale_type' as problem,
        8 as place
    from sales as d
    where
        d.sale_types <> '{}'
        and coalesce(d.sale_type, 'new') <> all(d.sale_types)
    union all
    select
        d.task_key,
        'other_sale_type' as problem,
        8 as place
    from sales as d
    where
        d.sale_types <> '{}'
        and 'used' <> all(d.sale_types)
        and (
            exists (
                select 1
                from core.sales_order as earlier
                where
                    d.vin = earlier.vin
                    and d.delivered_on > earlier.delivered_on
                    and earlier.status <> 'cancelled'
                    and not earlier.is_vanished
                offset 0 -- noqa: AM09
            )
            or exists (
                select 1
                from core.repair_order as earlier
                where
                    d.vin = earlier.vin
                    and d.delivered_on > earlier.exit_on
                    and earlier.repair_type = 'maintenance'
                    and earlier.ro_type <> 'pre_delivery'
                    and earlier.status <> 'cancelled'
                    and not earlier.is_reversed
                    and not earlier.is_vanished
                offset 0 -- noqa: AM09
            )
        )
    union all
    select
        d.task_key,
        'came_again' as problem,
        9 as place
    from night
    cross join sales as d
    where
        d.is_until_service
        and exists (
            select 1
            from core.repair_order as later
            where
                d.vin = later.vin
                and d.delivered_at < later.opened_at
                and d.last_on
                >= cast(later.opened_at at time zone night.time_zone as date)
                and later.repair_type = 'maintenance'
                and later.ro_type <> 'pre_delivery'
                and later.status <> 'cancelled'
                and not later.is_reversed
                and not later.is_vanished
            offset 0 -- noqa: AM09
        )
),

leads as materialized (
    select
        s.task_key,
        ends.last_on,
        d.created_on,
        d.customer_phone_hash as phone_hash
    from night_subject as s
    inner join ends on s.task_key = ends.task_key
    inner join lateral (
        select o.*
        from core.lead as o
        where s.store_code = o.store_code and s.document_no = o.lead_no
        offset 0 -- noqa: AM09
    ) as d on true
    where
        s.problem is null
        and s.event = 'lead_defeated'
        and not exists (
            select 1
            from core.shared_phone as shared
            where
                d.customer_phone_hash = shared.phone_hash
                and not shared.is_evidence
        )
        and not exists (
            select 1
            from core.employee as staff
            where d.customer_phone_hash = staff.mobile_hash
        )
),

of_leads as (
    select
        l.task_key,
        'bought' as problem,
        10 as place
    from leads as l
    where
        exists (
            select 1
            from core.customer_role as named
            inner join core.customer as known
                on named.customer_id = known.customer_id
            inner join lateral (
                select same.customer_id
                from core.customer as same
                where
                    coalesce(known.merged_into, known.customer_id)
                    in (same.customer_id, same.merged_into)
                offset 0 -- noqa: AM09
            ) as one on true
            inner join lateral (
                select
                    buyer.vin,
                    buyer.name_hash
                from core.customer_role as buyer
                where
                    one.customer_id = buyer.customer_id
                    and buyer.role = 'customer'
                offset 0 -- noqa: AM09
            ) as car on true
            inner join lateral (
                select bought.order_no
                from core.sales_order as bought
                where
                    car.vin = bought.vin
                    and car.name_hash = bought.customer_name_hash
                    and coalesce(bought.signed_on, bought.delivered_on)
                    between l.created_on and l.last_on
                    and bought.status <> 'cancelled'
                    and not bought.is_vanished
                offset 0 -- noqa: AM09
            ) as sold on true
            where l.phone_hash = named.phone_hash
            offset 0 -- noqa: AM09
        )
),

visits as materialized (
    select
        s.task_key,
        s.vin,
        d.store_code,
        d.ro_no,
        d.opened_at,
        r.odometer_from,
        r.cost_from,
        r.usages,
        coalesce(d.odometer_out_km, d.odometer_in_km) as odometer_km,
        case when d.ro_type <> 'warranty' then d.amount end as cost
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    inner join lateral (
        select o.*
        from core.repair_order as o
        where s.store_code = o.store_code and s.document_no = o.ro_no
        offset 0 -- noqa: AM09
    ) as d on true
    where
        s.problem is null
        and s.event = 'workshop_exit'
        and num_nonnulls(r.odometer_from, r.cost_from) > 0
),

of_visits as (
    select
        v.task_key,
        'below_odometer' as problem,
        4 as place
    from visits as v
    where
        v.odometer_from is not null
        and coalesce(v.odometer_km < v.odometer_from, true)
    union all
    select
        v.task_key,
        'below_cost' as problem,
        5 as place
    from visits as v
    where v.cost_from is not null and coalesce(v.cost < v.cost_from, true)
    union all
    select
        v.task_key,
        'read_before' as problem,
        6 as place
    from visits as v
    where
        exists (
            select 1
            from core.repair_order as earlier
            where
                v.vin = earlier.vin
                and (v.opened_at, v.store_code, v.ro_no)
                > (earlier.opened_at, earlier.store_code, earlier.ro_no)
                and coalesce(earlier.odometer_out_km, earlier.odometer_in_km)
                >= v.odometer_from
                and earlier.status <> 'cancelled'
                and not earlier.is_reversed
                and not earlier.is_vanished
        )
    union all
    select
        v.task_key,
        'other_usage' as problem,
        7 as place
    from visits as v
    inner join lateral (
        select d.usage
        from core.sales_order as d
        where
            v.vin = d.vin
            and d.delivered_on is not null
            and d.status <> 'cancelled'
            and not d.is_vanished
        order by d.delivered_on desc, d.store_code asc, d.order_no asc
        limit 1
    ) as sold on true
    where v.usages <> '{}' and sold.usage <> all(v.usages)
),

all_problems as (
    select
        task_key,
        problem,
        place
    from problems
    union all
    select
        task_key,
        problem,
        place
    from of_visits
    union all
    select
        task_key,
        problem,
        place
    from of_policies
    union all
    select
        task_key,
        problem,
        place
    from of_sales
    union all
    select
        task_key,
        problem,
        place
    from of_leads
),

first_problems as (
    select distinct on (task_key)
        task_key,
        problem
    from all_problems
    order by task_key asc, place asc
)

update night_subject as s
set problem = p.problem
from first_problems as p
where s.task_key = p.task_key
