-- What roles that this run changes or drops were before; of those it adds,
-- nothing is known.
-- grain: one row per role
-- reads: –
-- writes: pg_temp.changed_role
create temporary table changed_role (
    customer_id text,
    phone_hash bytea
) on commit drop
