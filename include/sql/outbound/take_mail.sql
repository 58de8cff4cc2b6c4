-- grain: one row per mail that is about to be sent
-- reads: –
-- writes: outbound.mail
update outbound.mail
set
    state = 'sending',
    reason = null,
    content_digest = :content_digest,
    message_id = :message_id,
    attempts = attempts + 1,
    changed_at = clock_timestamp()
where
    mail_id = :mail_id
    and state in ('planned', 'retry')
