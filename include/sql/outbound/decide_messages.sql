-- A message that is in flight, or was taken, is left alone.
-- grain: one row per message that is sent again or dropped
-- reads: –
-- writes: outbound.message
update outbound.message
set
    state = :to_state,
    reason = null,
    refusals = 0,
    refused_day = null,
    refused_fields = case
        when :to_state <> 'dropped' then refused_fields
    end,
    finished_at = case
        when :to_state = 'dropped' then clock_timestamp()
    end
where
    message_id = any(cast(:message_ids as bigint[]))
    and state = any(cast(:from_states as text[]))
returning message_id
