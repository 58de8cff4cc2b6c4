-- grain: one row per contact that a target would not take, or is not to get,
--   and does not hold
-- reads: outbound.message, outbound.ledger
-- writes: –
with newest as (
    select distinct on (m.external_key)
        m.target,
        m.entity,
        m.external_key,
        m.state,
        m.reason
    from outbound.message as m
    where
        m.target = :target
        and m.entity = 'contact'
        and m.external_key = any(cast(:external_keys as text[]))
    order by m.external_key asc, m.message_id desc
)

select
    n.external_key,
    n.reason
from newest as n
where
    n.state in ('rejected', 'dead', 'dropped')
    and not exists (
        select 1
        from outbound.ledger as l
        where
            l.target = n.target
            and l.entity = n.entity
            and l.external_key = n.external_key
    )
order by n.external_key
