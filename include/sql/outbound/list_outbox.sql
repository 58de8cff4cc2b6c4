-- The newest message of each key that stands in one of some states, the oldest
-- first.
-- grain: one row per key
-- reads: outbound.message
-- writes: –
select
    m.message_id,
    m.target,
    m.entity,
    m.external_key,
    m.version,
    m.action,
    m.store_code,
    m.work_day,
    m.state,
    m.reason,
    m.attempts,
    m.refusals,
    m.made_at,
    m.finished_at,
    count(*) over () as in_all
from outbound.message as m
where
    m.state = any(cast(:states as text[])) -- noqa: RF02
    and (
        cast(:target as text) is null -- noqa: RF02
        or m.target = :target -- noqa: RF02
    )
    and (
        cast(:store_code as text) is null -- noqa: RF02
        or m.store_code = :store_code -- noqa: RF02
    )
    and (
        cast(:reason as text) is null -- noqa: RF02
        or m.reason = :reason -- noqa: RF02
    )
    and (
        cast(:message_ids as bigint[]) is null -- noqa: RF02
        or m.message_id = any(cast(:message_ids as bigint[])) -- noqa: RF02
    )
    and not exists (
        select 1
        from outbound.message as newer
        where
            newer.target = m.target
            and newer.entity = m.entity
            and newer.external_key = m.external_key
            and newer.message_id > m.message_id
    )
order by m.message_id
limit :most
