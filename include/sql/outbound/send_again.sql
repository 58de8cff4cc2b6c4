-- grain: one row per mail, of a report or a part of it, of which nobody knows
--   whether it arrived
-- reads: –
-- writes: outbound.mail
update outbound.mail
set
    state = 'retry',
    reason = null,
    changed_at = clock_timestamp()
where
    (
        report_key = :report_key
        or starts_with(report_key, :report_key || '/')
    )
    and state in ('unknown', 'failed')
