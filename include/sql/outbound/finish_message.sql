-- grain: one row per claimed message
-- reads: –
-- writes: outbound.message
update outbound.message
set
    state = :state,
    reason = :reason,
    finished_at = clock_timestamp()
where
    message_id = :message_id
    and state = 'sending'
    and claimed_by = :claimer
