-- The newest conflicts about fields, of a target, of a key or of all.
-- grain: one row per target, entity, key, version and field
-- reads: outbound.field_conflict
-- writes: –
select
    target,
    entity,
    external_key,
    version,
    field,
    winner,
    has_ours_changed,
    noticed_at,
    count(*) over () as in_all
from outbound.field_conflict
where
    (
        cast(:target as text) is null -- noqa: RF02
        or target = :target -- noqa: RF02
    )
    and (
        cast(:external_key as text) is null -- noqa: RF02
        or external_key = :external_key -- noqa: RF02
    )
order by noticed_at desc, entity asc, external_key asc, field asc
limit :most
