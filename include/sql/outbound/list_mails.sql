-- grain: one row per report and recipient
-- reads: outbound.mail
-- writes: –
select
    mail_id,
    report_key,
    recipient_role,
    recipient_hash,
    recipient_masked,
    language,
    state,
    reason,
    message_id,
    attempts,
    changed_at
from outbound.mail
where report_key = :report_key
order by mail_id
