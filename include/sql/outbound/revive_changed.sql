-- Rejected messages that say something else now go again. Of one that was
-- rejected before hashes were kept, what it says now counts as rejected.
-- grain: one row per message that says something else than is known
-- reads: –
-- writes: outbound.message
update outbound.message as m
set
    refused_hash = decode(said.digest, 'hex'),
    state = case when m.refused_hash is null then m.state else 'pending' end,
    reason = case when m.refused_hash is null then m.reason end
from
    unnest(
        cast(:message_ids as bigint[]), cast(:digests as text[])
    ) as said (message_id, digest)
where
    m.message_id = said.message_id
    and m.state = 'rejected'
    and encode(m.refused_hash, 'hex') is distinct from said.digest
