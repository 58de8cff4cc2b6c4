-- grain: one row per key that the target acknowledged
-- reads: outbound.ledger
-- writes: –
select
    entity,
    external_key,
    crm_id,
    acknowledged_hash,
    acknowledged_version,
    is_withdrawn
from outbound.ledger
where
    target = :target
    and external_key = any(cast(:external_keys as text[]))
