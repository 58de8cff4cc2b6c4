-- Messages by their numbers, those that are the newest of their key.
-- grain: one row per message
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
    m.message_id = any(cast(:message_ids as bigint[]))
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
