-- All roles that may belong to the people this run touches: whatever shares
-- with them a name and a phone, an identity number or a vehicle, and of
-- companies the name; so that they are judged whole. by_…: whether it is safe
-- to say that all of one name with this phone, number or vehicle are one.
-- grain: one row per role
-- reads: pg_temp.due_vehicle, pg_temp.found_role, pg_temp.changed_role,
--   pg_temp.turned_phone, core.customer_role, core.shared_phone
-- writes: pg_temp.gathered_role
create temporary table gathered_role on commit drop as
with recursive automatic as (
    select cast(:automatic as text[]) as rules
),

seeds as (
    select found_role.role_key
    from due_vehicle
    inner join found_role on due_vehicle.vin = found_role.vin
    where due_vehicle.is_whole
    union
    select changed_role.role_key
    from changed_role
    where changed_role.role_key is not null
    union
    select roles.role_key
    from changed_role
    inner join core.customer_role as roles
        on changed_role.customer_id = roles.customer_id
    union
    select roles.role_key
    from turned_phone
    inner join core.customer_role as roles
        on turned_phone.phone_hash = roles.phone_hash
),

reached as (
    select
        roles.role_key,
        roles.vin,
        roles.kind,
        roles.name_hash,
        roles.phone_hash,
        roles.id_no_hash
    from seeds
    inner join core.customer_role as roles on seeds.role_key = roles.role_key
    union
    select
        neighbours.role_key,
        neighbours.vin,
        neighbours.kind,
        neighbours.name_hash,
        neighbours.phone_hash,
        neighbours.id_no_hash
    from reached
    cross join lateral (
        select same_phone.*
        from core.customer_role as same_phone
        where
            reached.name_hash = same_phone.name_hash
            and reached.phone_hash = same_phone.phone_hash
        union all
        select same_id_no.*
        from core.customer_role as same_id_no
        where
            reached.id_no_hash = same_id_no.id_no_hash
            and reached.name_hash = same_id_no.name_hash
        union all
        select same_vehicle.*
        from core.customer_role as same_vehicle
        where
            reached.vin = same_vehicle.vin
            and reached.name_hash = same_vehicle.name_hash
            and reached.kind = same_vehicle.kind
        union all
        select same_company.*
        from core.customer_role as same_company
        where
            reached.kind = 'company'
            and same_company.kind = 'company'
            and reached.name_hash = same_company.name_hash
    ) as neighbours
),

judged as (
    select
        roles.*,
        row_number()
            over (order by roles.first_on asc nulls last, roles.role_key asc)
            as place,
        coalesce(
            min(roles.id_no_hash) over named_phone
            = max(roles.id_no_hash) over named_phone,
            true
        ) as is_phone_of_one,
        coalesce(
            min(roles.id_no_hash) over named_vehicle
            = max(roles.id_no_hash) over named_vehicle,
            true
        )
        and coalesce(
            min(roles.phone_hash) over named_vehicle
            = max(roles.phone_hash) over named_vehicle,
            true
        ) as is_vehicle_of_one
    from reached
    inner join core.customer_role as roles on reached.role_key = roles.role_key
    window
        named_phone as (
            partition by roles.kind, roles.name_hash, roles.phone_hash
        ),
        named_vehicle as (
            partition by roles.kind, roles.name_hash, roles.vin
        )
)

select
    judged.role_key,
    judged.customer_id,
    judged.vin,
    judged.kind,
    judged.name_hash,
    judged.phone_hash,
    judged.id_no_hash,
    judged.first_on,
    judged.place,
    judged.place as label,
    'name_and_phone' = any(automatic.rules)
    and judged.phone_hash is not null
    and judged.is_phone_of_one
    and coalesce(phones.is_evidence, true) as by_phone,
    'name_and_id_no' = any(automatic.rules)
    and judged.id_no_hash is not null as by_id_no,
    judged.kind = 'person'
    and 'name_and_vehicle' = any(automatic.rules)
    and judged.is_vehicle_of_one as by_vehicle,
    judged.kind = 'company'
    and 'company_name' = any(automatic.rules) as by_name
from automatic
cross join judged
left join core.shared_phone as phones on judged.phone_hash = phones.phone_hash
