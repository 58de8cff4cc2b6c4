-- Roles whose evidence this run adds, changes or drops, with what they were
-- before; role_key is null for those that are dropped.
-- grain: one row per role
-- reads: –
-- writes: pg_temp.changed_role
create temporary table changed_role (
    role_key text,
    customer_id text,
    phone_hash bytea
) on commit drop
