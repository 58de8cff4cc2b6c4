-- What a target did not take in one more run, while it took others of the kind.
-- After so many of them a message is dead: a person decides about it.
-- grain: one row per message that was not taken
-- reads: –
-- writes: outbound.message
update outbound.message
set
    refusals = refusals + 1,
    state = case when refusals + 1 >= :most_refusals then 'dead' else state end
where
    message_id = any(cast(:message_ids as bigint[]))
    and state in ('retry', 'unknown')
