-- grain: one row per mail that is not done, of the reports under a key
-- reads: outbound.mail
-- writes: –
select
    mail_id,
    report_key
from outbound.mail
where
    starts_with(report_key, :report_key || '/')
    and state in ('planned', 'retry', 'sending')
    and mail_id > :after
order by mail_id
limit :most
