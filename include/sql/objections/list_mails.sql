-- What became of the mails to employees about these objections: of each the one
-- that went out or is about to, else the newest one that did not.
-- grain: one row per objection and mail
-- reads: outbound.mail
-- writes: nothing
select distinct on (mail.report_key)
    mail.state,
    mail.reason,
    cast(split_part(mail.report_key, '/', 2) as bigint) as objection_id,
    split_part(mail.report_key, '/', 4) as told
from outbound.mail
where mail.report_key ~ '^objections/[0-9]+/employee/'
order by
    mail.report_key asc,
    (mail.state in ('suppressed', 'failed')) asc,
    mail.mail_id desc
