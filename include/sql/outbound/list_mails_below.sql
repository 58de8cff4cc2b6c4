-- A report, and the reports that are parts of it.
-- grain: one row per report and recipient
-- reads: outbound.mail
-- writes: –
select
    report_key,
    recipient_role,
    recipient_masked,
    state,
    reason,
    attempts,
    changed_at
from outbound.mail
where
    report_key = :report_key
    or starts_with(report_key, :report_key || '/')
order by report_key, mail_id
