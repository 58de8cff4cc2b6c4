-- Customers whom no role speaks for any more, of those this run touched.
-- grain: one row per customer
-- reads: pg_temp.changed_role, pg_temp.gathered_role, core.customer_role
-- writes: core.customer
with touched as (
    select customer_id
    from changed_role
    union
    select customer_id
    from gathered_role
)

delete from core.customer as known
using touched
where
    known.customer_id = touched.customer_id
    and not exists (
        select roles.role_key
        from core.customer_role as roles
        where known.customer_id = roles.customer_id
    )
