-- The newest message of each key that stands in one of some states, or has one
-- of some numbers, the oldest first. What was rejected of a task that is over
-- concerns nobody who asks by state.
-- grain: one row per key
-- reads: outbound.newest_message, outbound.needed_rejection
-- writes: –
with found as (
    select m.*
    from outbound.newest_message as m
    where
        m.state in ('pending', 'sending', 'retry', 'unknown')
        and m.state = any(cast(:states as text[])) -- noqa: RF02
    union all
    select m.*
    from outbound.newest_message as m
    where
        m.state in ('dead', 'dropped')
        and m.state = any(cast(:states as text[])) -- noqa: RF02
    union all
    select m.*
    from outbound.needed_rejection as m
    where m.state = any(cast(:states as text[])) -- noqa: RF02
    union all
    select m.*
    from outbound.newest_message as m
    where m.message_id = any(cast(:message_ids as bigint[])) -- noqa: RF02
)

select
    m.message_id,
    m.target,
    m.entity,
    m.external_key,
    m.version,
    m.action,
    m.store_code,
    m.state,
    m.reason,
    m.attempts,
    m.made_at,
    count(*) over () as in_all
from found as m
where
    (
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
order by m.message_id
limit :most
