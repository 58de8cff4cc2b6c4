-- What was refused is forgotten when it is settled: when a newer message of the
-- key speaks for it, somebody dropped it, or nobody needs it any more.
-- grain: one row per message of which nothing needs to be shown any more
-- reads: outbound.newest_message, outbound.needed_rejection
-- writes: outbound.message
update outbound.message as m
set refused_fields = null
where
    m.target = :target
    and m.refused_fields is not null
    and not exists (
        select 1
        from outbound.newest_message as n
        where
            n.message_id = m.message_id
            and n.state in ('pending', 'sending', 'retry', 'unknown', 'dead')
    )
    and not exists (
        select 1
        from outbound.needed_rejection as r
        where r.message_id = m.message_id
    )
