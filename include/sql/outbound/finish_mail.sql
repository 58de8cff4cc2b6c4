-- grain: one row per mail
-- reads: –
-- writes: outbound.mail
update outbound.mail
set
    state = :state,
    reason = :reason,
    changed_at = clock_timestamp()
where
    mail_id = :mail_id
    and state = :from_state
