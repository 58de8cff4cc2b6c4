-- Which side won where staff had changed a field; a version says it once.
-- grain: one row per target, entity, key, version and field
-- reads: –
-- writes: outbound.field_conflict
insert into outbound.field_conflict (
    target,
    entity,
    external_key,
    version,
    field,
    winner,
    has_ours_changed
)
select
    cast(:target as text) as target,
    c.entity,
    c.external_key,
    c.version,
    c.field,
    c.winner,
    c.has_ours_changed
from
    jsonb_to_recordset(cast(:conflicts as jsonb)) as c (
        entity text,
        external_key text,
        version bigint,
        field text,
        winner text,
        has_ours_changed boolean
    )
order by c.entity, c.external_key, c.version, c.field
on conflict do nothing
