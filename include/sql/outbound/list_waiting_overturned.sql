-- Mails to HR about overturned steps that are not done.
-- grain: one row per report
-- reads: outbound.mail
-- writes: –
select distinct report_key
from outbound.mail
where
    report_key ~ '^overturned/'
    and state in ('planned', 'retry', 'sending')
order by report_key
