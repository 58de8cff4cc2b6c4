-- Roles that no document of the run's vehicles speaks for any more.
-- grain: one row per role
-- reads: pg_temp.due_vehicle, pg_temp.found_role
-- writes: core.customer_role, pg_temp.changed_role
with dropped as (
    delete from core.customer_role as known
    using due_vehicle
    where
        known.vin = due_vehicle.vin
        and not exists (
            select found_role.role_key
            from found_role
            where known.role_key = found_role.role_key
        )
    returning known.customer_id, known.phone_hash
)

insert into changed_role (customer_id, phone_hash)
select
    dropped.customer_id,
    dropped.phone_hash
from dropped
