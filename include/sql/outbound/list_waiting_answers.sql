-- Mails to employees about objections and adjustments that are not done.
-- grain: one row per report
-- reads: outbound.mail
-- writes: –
select distinct report_key
from outbound.mail
where
    report_key ~ '^(objections/[0-9]+/employee|scorecards/[^/]+/adjusted)/'
    and state in ('planned', 'retry', 'sending')
order by report_key
