-- Another visit on the same evidence changes nothing about who is who.
-- grain: one row per role
-- reads: pg_temp.found_role
-- writes: core.customer_role, pg_temp.changed_role
with written as (
    insert into core.customer_role as known (
        role_key,
        vin,
        role,
        kind,
        name_hash,
        phone_hash,
        id_no_hash,
        first_on,
        last_on,
        store_code,
        document_kind,
        document_no
    )
    select
        role_key,
        vin,
        role,
        kind,
        name_hash,
        phone_hash,
        id_no_hash,
        first_on,
        last_on,
        store_code,
        document_kind,
        document_no
    from found_role
    order by role_key
    on conflict (role_key) do update
        set
            vin = excluded.vin,
            kind = excluded.kind,
            name_hash = excluded.name_hash,
            phone_hash = excluded.phone_hash,
            id_no_hash = excluded.id_no_hash,
            first_on = excluded.first_on,
            last_on = excluded.last_on
        where
        (
            known.vin, known.kind, known.name_hash, known.phone_hash,
            known.id_no_hash, known.first_on, known.last_on
        )
        is distinct from
        (
            excluded.vin, excluded.kind, excluded.name_hash,
            excluded.phone_hash, excluded.id_no_hash, excluded.first_on,
            excluded.last_on
        )
    returning
        new.role_key,
        old.customer_id,
        old.phone_hash,
        (
            old.vin, old.kind, old.name_hash, old.phone_hash, old.id_no_hash,
            old.first_on
        )
        is distinct from
        (
            new.vin, new.kind, new.name_hash, new.phone_hash, new.id_no_hash,
            new.first_on
        ) as is_other
)

insert into changed_role (role_key, customer_id, phone_hash)
select
    written.role_key,
    written.customer_id,
    written.phone_hash
from written
where written.is_other
