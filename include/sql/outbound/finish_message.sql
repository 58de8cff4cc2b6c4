-- A message of which nobody knows stays in doubt until the target says what
-- became of it.
-- grain: one row per claimed message
-- reads: –
-- writes: outbound.message
update outbound.message
set
    state = :state,
    reason = :reason,
    finished_at = clock_timestamp(),
    refusals = case
        when :state in ('retry', 'unknown') then refusals else 0
    end,
    mapping_digest = case when :state = 'rejected' then :mapping_digest end,
    doubt_since = case
        when :state = 'unknown' then coalesce(doubt_since, clock_timestamp())
    end
where
    message_id = :message_id
    and state = 'sending'
    and claimed_by = :claimer
