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
values (
    :target,
    :entity,
    :external_key,
    :crm_id,
    :acknowledged_hash,
    :acknowledged_version,
    :is_withdrawn
)
on conflict (target, entity, external_key) do update
    set
        crm_id = coalesce(excluded.crm_id, held.crm_id),
        acknowledged_hash = excluded.acknowledged_hash,
        acknowledged_version = excluded.acknowledged_version,
        is_withdrawn = excluded.is_withdrawn,
        acknowledged_at = clock_timestamp()
    where held.acknowledged_version <= excluded.acknowledged_version
