-- Customers who stay away: vehicles that came to the store within the last
-- `known_within` months and to no store of the group in the last `away_for`,
-- both with the month itself; of all that came to the store within the former.
-- A vehicle that the group sold again since its last visit has a new owner and
-- is excluded, unless it came. Its last visit to the store stands for it.
-- grain: one row per store and vehicle that came in these months
-- reads: core.repair_order, core.sales_order
-- writes: nothing
with
months as (
    select
        cast(:time_zone as text) as time_zone,
        cast(
            cast(:first_day as date)
            - make_interval(months => :known_within - 1) as date
        ) as first_day,
        cast(
            cast(:first_day as date)
            - make_interval(months => :away_for - 1) as date
        ) as since_day,
        cast(:last_day as date) as last_day
),

visits as (
    select
        v.store_code,
        v.ro_no,
        v.vin,
        v.opened_at,
        cast(v.opened_at at time zone m.time_zone as date) >= m.since_day
            as is_lately
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

customers as (
    select distinct on (store_code, vin)
        store_code,
        vin,
        ro_no,
        opened_at,
        is_lately
    from visits
    order by store_code asc, vin asc, opened_at desc, ro_no desc
),

seen_lately as (
    select distinct vin
    from visits
    where is_lately
),

resold as (
    select
        c.store_code,
        c.vin
    from customers as c
    inner join core.sales_order as s on c.vin = s.vin
    cross join months as m
    where
        not c.is_lately
        and s.status = 'active'
        and (
            not s.is_vanished
            or s.vanished_day > :closing_on -- noqa: RF02
        )
        and s.delivered_on <= m.last_day
        and s.delivered_on > cast(c.opened_at at time zone m.time_zone as date)
    group by c.store_code, c.vin
)

select
    c.store_code,
    m.last_day as counted_on,
    'repair_order' as row_kind,
    c.store_code || '|' || c.ro_no as row_key,
    l.vin is null and s.vin is null as is_numerator,
    l.vin is null and s.vin is not null as is_excluded,
    case
        when c.is_lately then 'came_lately'
        when l.vin is not null then 'came_lately_elsewhere'
        when s.vin is not null then 'sold_again'
        else 'stayed_away'
    end as reason
from customers as c
cross join months as m
left join seen_lately as l on c.vin = l.vin
left join resold as s on c.store_code = s.store_code and c.vin = s.vin
