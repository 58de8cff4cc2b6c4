-- grain: one row per key and field that the target took from us
-- reads: outbound.acknowledged_field
-- writes: –
select
    entity,
    external_key,
    field,
    value_hash
from outbound.acknowledged_field
where
    target = :target
    and external_key = any(cast(:external_keys as text[]))
