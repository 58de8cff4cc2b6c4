-- Messages that are not settled, and those that a person has to see to, each
-- key once.
-- grain: one row per target and state
-- reads: outbound.message
-- writes: –
select
    m.target,
    m.state,
    count(*) as messages
from outbound.message as m
where
    m.state in ('pending', 'sending', 'retry', 'unknown', 'rejected', 'dead')
    and not exists (
        select 1
        from outbound.message as newer
        where
            newer.target = m.target
            and newer.entity = m.entity
            and newer.external_key = m.external_key
            and newer.message_id > m.message_id
    )
group by m.target, m.state
order by m.target, m.state
