-- The owner on the day of a task's document: a sale's delivery, the end of a
-- visit, a policy's first day. Of several names on a vehicle, the owner of a
-- day is the one who was named last until then; who is named before and after
-- it was it all the time. Vehicles with one name are left out. Who holds the
-- policy and is the owner by now has not left. Asked of events first, and of
-- all subjects later.
-- grain: one row per task whose vehicle has had several owners
-- reads: pg_temp.night_subject, core.customer_role, care.vehicle_owner,
--   core.sales_order, core.repair_order, core.insurance_policy
-- writes: pg_temp.night_owner
with night as (
    select
        cast(:horizon as date) as horizon,
        cast(:time_zone as text) as time_zone
),

vehicles as (
    select distinct vin
    from night_subject
    where vin is not null
),

shared as materialized (
    select v.vin
    from vehicles as v
    inner join lateral (
        select
            min(encode(r.name_hash, 'hex')) as first_name,
            max(encode(r.name_hash, 'hex')) as last_name
        from core.customer_role as r
        where v.vin = r.vin and r.role in ('customer', 'owner')
        offset 0 -- noqa: AM09
    ) as n on true
    where n.first_name < n.last_name
),

documents as (
    select
        s.task_key,
        s.vin,
        d.delivered_on as owned_on,
        cast(null as bytea) as holder_hash
    from shared
    inner join night_subject as s on shared.vin = s.vin
    inner join core.sales_order as d
        on s.store_code = d.store_code and s.document_no = d.order_no
    where s.document_kind = 'sales_order'
    union all
    select
        s.task_key,
        s.vin,
        coalesce(
            d.exit_on, cast(d.opened_at at time zone night.time_zone as date)
        ) as owned_on,
        cast(null as bytea) as holder_hash
    from night
    cross join shared
    inner join night_subject as s on shared.vin = s.vin
    inner join core.repair_order as d
        on s.store_code = d.store_code and s.document_no = d.ro_no
    where s.document_kind = 'repair_order'
    union all
    select
        s.task_key,
        s.vin,
        d.starts_on as owned_on,
        d.holder_name_hash as holder_hash
    from shared
    inner join night_subject as s on shared.vin = s.vin
    inner join core.insurance_policy as d
        on s.store_code = d.store_code and s.document_no = d.policy_no
    where s.document_kind = 'insurance_policy'
)

insert into night_owner (
    task_key,
    vin,
    name_hash,
    known_ids,
    has_left
)
select
    d.task_key,
    d.vin,
    past.name_hash,
    past.known_ids,
    past.name_hash <> present.name_hash
    and not past.known_ids && present.known_ids
    and not exists (
        select 1
        from care.vehicle_owner as holder
        where
            d.vin = holder.vin
            and d.holder_hash = holder.name_hash
            and (
                holder.name_hash = present.name_hash
                or holder.known_ids && present.known_ids
            )
    ) as has_left
from night
cross join documents as d
inner join lateral (
    select
        o.name_hash,
        o.known_ids
    from care.vehicle_owner as o
    where d.vin = o.vin and d.owned_on >= o.first_on
    order by
        least(o.last_on, d.owned_on) desc,
        o.first_on desc,
        o.name_hash asc
    limit 1
) as past on true
inner join lateral (
    select
        o.name_hash,
        o.known_ids
    from care.vehicle_owner as o
    where d.vin = o.vin and night.horizon >= o.first_on
    order by
        least(o.last_on, night.horizon) desc,
        o.first_on desc,
        o.name_hash asc
    limit 1
) as present on true
on conflict (task_key) do nothing
