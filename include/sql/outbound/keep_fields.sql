-- What a target holds now of watched fields as we wanted it.
-- grain: one row per target, entity, key and field
-- reads: –
-- writes: outbound.acknowledged_field
insert into outbound.acknowledged_field as held (
    target,
    entity,
    external_key,
    field,
    value_hash
)
select
    cast(:target as text) as target,
    f.entity,
    f.external_key,
    f.field,
    decode(f.value_hash, 'hex') as value_hash
from
    jsonb_to_recordset(cast(:fields as jsonb)) as f (
        entity text,
        external_key text,
        field text,
        value_hash text
    )
-- Two senders may bring the same contact.
order by f.entity, f.external_key, f.field
on conflict (target, entity, external_key, field) do update
    set value_hash = excluded.value_hash
    where held.value_hash <> excluded.value_hash
