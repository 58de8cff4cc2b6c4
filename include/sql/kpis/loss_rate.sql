-- Customers lost: vehicles that came to the store in the month that lies
-- `lost_after` months back and came to no store of the group in the months
-- since, of all that came then. A vehicle that the group sold again since then
-- has a new owner and is excluded, unless it came. Of several visits in that
-- month the last one stands for the vehicle.
-- grain: one row per store and vehicle that came in that month
-- reads: core.repair_order, core.sales_order
-- writes: nothing
with
months as (
    select
        cast(:time_zone as text) as time_zone,
        cast(
            cast(:first_day as date)
            - make_interval(months => :lost_after) as date
        ) as first_day,
        cast(
            cast(:first_day as date)
            - make_interval(months => :lost_after - 1) as date
        ) as next_day,
        cast(:last_day as date) as last_day
),

visits as (
    select
        v.store_code,
        v.ro_no,
        v.vin,
        v.opened_at,
        cast(v.opened_at at time zone m.time_zone as date) < m.next_day
            as is_then
    from core.repair_order as v
    cross join months as m
    where
        v.ro_type <> 'pre_delivery'
        and v.status <> 'cancelled'
        and not v.is_reversed
        and (
            not v.is_vanished
            or v.vanished_day > :closing_on -- noqa: RF02
        )
        and cast(v.opened_at at time zone m.time_zone as date)
        between m.first_day and m.last_day
),

entrants as (
    select distinct on (store_code, vin)
        store_code,
        vin,
        ro_no,
        opened_at
    from visits
    where is_then
    order by store_code asc, vin asc, opened_at desc, ro_no desc
),

returned as (
    select
        vin,
        array_agg(distinct store_code) as stores
    from visits
    where not is_then
    group by vin
),

resold as (
    select
        e.store_code,
        e.vin
    from entrants as e
    inner join core.sales_order as s on e.vin = s.vin
    cross join months as m
    where
        s.status = 'active'
        and (
            not s.is_vanished
            or s.vanished_day > :closing_on -- noqa: RF02
        )
        and s.delivered_on <= m.last_day
        and s.delivered_on > cast(e.opened_at at time zone m.time_zone as date)
    group by e.store_code, e.vin
)

select
    e.store_code,
    m.last_day as counted_on,
    'repair_order' as row_kind,
    e.store_code || '|' || e.ro_no as row_key,
    r.vin is null and s.vin is null as is_numerator,
    r.vin is null and s.vin is not null as is_excluded,
    case
        when e.store_code = any(r.stores) then 'came_again'
        when r.vin is not null then 'came_again_elsewhere'
        when s.vin is not null then 'sold_again'
        else 'lost'
    end as reason
from entrants as e
cross join months as m
left join returned as r on e.vin = r.vin
left join resold as s on e.store_code = s.store_code and e.vin = s.vin
