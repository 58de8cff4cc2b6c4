-- A message of which nobody knows stays in doubt until the target says what
-- became of it; each time that it may have been sent the doubt is a new one. A
-- doubt that is settled is remembered where a late call could overwrite what
-- comes after it.
-- grain: one row per claimed message
-- reads: –
-- writes: outbound.message
update outbound.message as m
set
    state = ended.state,
    reason = ended.reason,
    finished_at = clock_timestamp(),
    refusals = case
        when ended.state in ('retry', 'unknown') then m.refusals else 0
    end,
    refused_hash = case
        when ended.state = 'rejected' then decode(ended.refused_hash, 'hex')
    end,
    refused_fields = case
        when ended.state in ('rejected', 'unknown')
            then
                coalesce(
                    cast(ended.refused_fields as jsonb), m.refused_fields
                )
    end,
    mapping_digest = case
        when ended.state = 'rejected' then cast(:mapping_digest as text)
    end,
    doubt_since = case
        when ended.state <> 'unknown'
            then
                case
                    when cast(:keeps_doubt as boolean) then m.doubt_since
                end
        when m.message_id = any(cast(:tried as bigint[]))
            then clock_timestamp()
        else coalesce(m.doubt_since, clock_timestamp())
    end
from
    unnest(
        cast(:message_ids as bigint[]),
        cast(:states as text[]),
        cast(:reasons as text[]),
        cast(:refused_hashes as text[]),
        cast(:refused_fields as text[])
    ) as ended (message_id, state, reason, refused_hash, refused_fields)
where
    m.message_id = ended.message_id
    and m.state = 'sending'
    and m.claimed_by = :claimer
