-- Which side won where staff had changed a field; a version says it once, and
-- that a field is still theirs, which we did not change either, is no news.
-- grain: one row per target, entity, key, version and field
-- reads: outbound.field_conflict
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
where
    c.has_ours_changed
    or c.winner is distinct from (
        select known.winner
        from outbound.field_conflict as known
        where
            known.target = cast(:target as text) -- noqa: RF02
            and known.entity = c.entity
            and known.external_key = c.external_key
            and known.field = c.field
        order by known.version desc
        limit 1
    )
order by c.entity, c.external_key, c.version, c.field
on conflict do nothing
