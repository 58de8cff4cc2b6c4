-- Messages that were given up, of whatever day, about which nobody decided yet.
-- grain: one row
-- reads: outbound.message
-- writes: –
select count(*) as messages
from outbound.message as m
where
    m.target = :target
    and m.state = 'dead'
    and not exists (
        select 1
        from outbound.message as newer
        where
            newer.target = m.target
            and newer.entity = m.entity
            and newer.external_key = m.external_key
            and newer.message_id > m.message_id
    )
