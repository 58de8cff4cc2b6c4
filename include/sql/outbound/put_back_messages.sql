-- Messages that were claimed and not sent are as they were before.
-- grain: one row per claimed message
-- reads: –
-- writes: outbound.message
update outbound.message as m
set
    state = claimed.was,
    attempts = m.attempts - 1
from
    unnest(
        cast(:message_ids as bigint[]), cast(:states as text[])
    ) as claimed (message_id, was)
where
    m.message_id = claimed.message_id
    and m.state = 'sending'
    and m.claimed_by = :claimer
