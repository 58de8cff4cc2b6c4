-- Stores that know a vehicle, the one that saw it last first.
-- grain: one row per store
-- reads: core.sales_order, core.repair_order, core.insurance_policy
-- writes: –
with seen as (
    select
        s.store_code,
        s.delivered_on as seen_on
    from core.sales_order as s
    where s.vin = :vin -- noqa: RF02
    union all
    select
        r.store_code,
        r.exit_on as seen_on
    from core.repair_order as r
    where r.vin = :vin -- noqa: RF02
    union all
    select
        p.store_code,
        p.starts_on as seen_on
    from core.insurance_policy as p
    where p.vin = :vin -- noqa: RF02
)

select seen.store_code
from seen
group by seen.store_code
order by max(seen.seen_on) desc nulls last, seen.store_code
