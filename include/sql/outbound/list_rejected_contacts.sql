-- grain: one row per contact that a target would not take and does not hold
-- reads: outbound.message, outbound.ledger
-- writes: –
select distinct on (m.external_key)
    m.external_key,
    m.reason
from outbound.message as m
where
    m.target = :target
    and m.entity = 'contact'
    and m.external_key = any(cast(:external_keys as text[]))
    and m.state = 'rejected'
    and not exists (
        select 1
        from outbound.ledger as l
        where
            l.target = m.target
            and l.entity = m.entity
            and l.external_key = m.external_key
    )
order by m.external_key asc, m.message_id desc
