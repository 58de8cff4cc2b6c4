-- grain: one row per customer
-- reads: pg_temp.gathered_role
-- writes: core.customer
with customers as (
    select
        gathered.label,
        min(gathered.kind) as kind,
        min(gathered.first_on) as first_on,
        count(distinct gathered.vin) as vehicles
    from gathered_role as gathered
    group by gathered.label
)

insert into core.customer as known (
    customer_id,
    kind,
    first_on,
    vehicles
)
select
    gathered.role_key,
    customers.kind,
    customers.first_on,
    customers.vehicles
from customers
inner join gathered_role as gathered on customers.label = gathered.place
order by gathered.role_key
on conflict (customer_id) do update
    set
        kind = excluded.kind,
        first_on = excluded.first_on,
        vehicles = excluded.vehicles
    where
    (known.kind, known.first_on, known.vehicles)
    is distinct from
    (excluded.kind, excluded.first_on, excluded.vehicles)
