-- What a target holds now of watched fields as we wanted it; a sender that was
-- overtaken since does not know it.
-- grain: one row per target, entity, key and field
-- reads: outbound.ledger
-- writes: outbound.acknowledged_field
insert into outbound.acknowledged_field as held (
    target,
    entity,
    external_key,
    field,
    value_hash
)
select
    cast(:target as text) as target, -- noqa: RF02
    f.entity,
    f.external_key,
    f.field,
    decode(f.value_hash, 'hex') as value_hash
from
    jsonb_to_recordset(cast(:fields as jsonb)) as f ( -- noqa: RF02
        entity text,
        external_key text,
        version bigint,
        field text,
        value_hash text
    )
inner join outbound.ledger as taken
    on
        cast(:target as text) = taken.target -- noqa: RF02
        and f.entity = taken.entity
        and f.external_key = taken.external_key
        and f.version >= taken.acknowledged_version
-- Two senders may bring the same contact.
order by f.entity, f.external_key, f.field
on conflict (target, entity, external_key, field) do update
    set value_hash = excluded.value_hash
    where held.value_hash <> excluded.value_hash
