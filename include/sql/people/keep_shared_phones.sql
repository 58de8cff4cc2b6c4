-- Counts names and vehicles of the run's phones. A phone is no evidence where
-- it is one of our own staff's, or has too many names or vehicles: then it is
-- a driver's, a dealer's or made up.
-- grain: one row per phone
-- reads: pg_temp.found_role, pg_temp.changed_role, core.customer_role,
--   core.employee, core.shared_phone
-- writes: core.shared_phone, pg_temp.turned_phone
with limits as (
    select
        cast(:most_names as integer) as most_names,
        cast(:most_vehicles as integer) as most_vehicles
),

phones as (
    select phone_hash
    from found_role
    where phone_hash is not null
    union
    select phone_hash
    from changed_role
    where phone_hash is not null
),

staff as (
    select distinct mobile_hash
    from core.employee
    where mobile_hash is not null
),

counted as (
    select
        phones.phone_hash,
        count(distinct roles.name_hash) as names,
        count(distinct roles.vin) as vehicles
    from phones
    left join core.customer_role as roles
        on phones.phone_hash = roles.phone_hash
    group by phones.phone_hash
),

judged as (
    select
        counted.phone_hash,
        counted.names,
        counted.vehicles,
        staff.mobile_hash is not null as is_staff,
        staff.mobile_hash is null
        and counted.names <= limits.most_names
        and counted.vehicles <= limits.most_vehicles as is_evidence
    from limits
    cross join counted
    left join staff on counted.phone_hash = staff.mobile_hash
),

kept as (
    insert into core.shared_phone as known (
        phone_hash,
        names,
        vehicles,
        is_staff,
        is_evidence
    )
    select
        judged.phone_hash,
        judged.names,
        judged.vehicles,
        judged.is_staff,
        judged.is_evidence
    from judged
    where judged.names > 1 or (judged.names > 0 and not judged.is_evidence)
    order by judged.phone_hash
    on conflict (phone_hash) do update
        set
            names = excluded.names,
            vehicles = excluded.vehicles,
            is_staff = excluded.is_staff,
            is_evidence = excluded.is_evidence
        where
        (known.names, known.vehicles, known.is_staff, known.is_evidence)
        is distinct from
        (
            excluded.names, excluded.vehicles, excluded.is_staff,
            excluded.is_evidence
        )
),

dropped as (
    delete from core.shared_phone as known
    using judged
    where
        known.phone_hash = judged.phone_hash
        and (
            judged.names = 0 or (judged.names = 1 and judged.is_evidence)
        )
)

insert into turned_phone (phone_hash)
select judged.phone_hash
from judged
left join core.shared_phone as known on judged.phone_hash = known.phone_hash
where
    judged.names > 0
    and judged.is_evidence <> coalesce(known.is_evidence, true)
