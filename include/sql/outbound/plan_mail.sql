-- A mail that was held back for its age alone is planned after all when the
-- operator asks for it.
-- grain: one row per report and recipient
-- reads: –
-- writes: outbound.mail
insert into outbound.mail as known (
    report_key,
    recipient_role,
    recipient_hash,
    recipient_masked,
    language,
    state,
    reason
)
values (
    :report_key,
    :recipient_role,
    :recipient_hash,
    :recipient_masked,
    :language,
    :state,
    :reason
)
on conflict (report_key, recipient_hash) do update
    set
        state = excluded.state,
        reason = excluded.reason,
        recipient_role = excluded.recipient_role,
        changed_at = clock_timestamp()
    where
    known.state = 'suppressed'
    and known.reason = 'too_old'
    and excluded.state = 'planned'
