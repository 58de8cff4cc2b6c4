-- grain: one row per contact that a target would not take, or is not to get,
--   and does not hold
-- reads: outbound.newest_message, outbound.ledger
-- writes: –
select m.external_key
from outbound.newest_message as m
where
    m.target = :target
    and m.entity = 'contact'
    and m.external_key = any(cast(:external_keys as text[]))
    and m.state in ('rejected', 'dead', 'dropped')
    and not exists (
        select 1
        from outbound.ledger as l
        where
            l.target = m.target
            and l.entity = m.entity
            and l.external_key = m.external_key
    )
order by m.external_key
