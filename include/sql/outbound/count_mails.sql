-- grain: one row per state and reason of the mails of these reports
-- reads: outbound.mail
-- writes: –
select
    state,
    reason,
    count(*) as mails
from outbound.mail
where report_key = any(cast(:report_keys as text[]))
group by state, reason
order by state, reason
