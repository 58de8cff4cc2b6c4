-- Mails of the last week that a person has to decide about.
-- grain: one row per report and state
-- reads: outbound.mail
-- writes: –
select
    report_key,
    state,
    count(*) as mails
from outbound.mail
where
    state in ('unknown', 'failed')
    and changed_at >= cast(:day as date) - 7
group by report_key, state
order by report_key, state
