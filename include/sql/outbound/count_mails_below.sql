-- grain: one row per state and reason of the mails of the reports under a key
-- reads: outbound.mail
-- writes: –
select
    state,
    reason,
    count(*) as mails
from outbound.mail
where starts_with(report_key, :report_key || '/')
group by state, reason
order by state, reason
