-- grain: one row per target, entity and key
-- reads: –
-- writes: outbound.ledger
insert into outbound.ledger as held (
    target,
    entity,
    external_key,
    crm_id,
    acknowledged_hash,
    acknowledged_version,
    is_withdrawn
)
select
    cast(:target as text) as target,
    t.entity,
    t.external_key,
    t.crm_id,
    decode(t.acknowledged_hash, 'hex') as acknowledged_hash,
    t.acknowledged_version,
    t.is_withdrawn
from
    jsonb_to_recordset(cast(:taken as jsonb)) as t (
        entity text,
        external_key text,
        crm_id text,
        acknowledged_hash text,
        acknowledged_version bigint,
        is_withdrawn boolean
    )
-- Two senders may bring the same contact.
order by t.entity, t.external_key
on conflict (target, entity, external_key) do update
    set
        crm_id = coalesce(excluded.crm_id, held.crm_id),
        acknowledged_hash = excluded.acknowledged_hash,
        acknowledged_version = excluded.acknowledged_version,
        is_withdrawn = excluded.is_withdrawn,
        acknowledged_at = clock_timestamp()
    where held.acknowledged_version <= excluded.acknowledged_version
