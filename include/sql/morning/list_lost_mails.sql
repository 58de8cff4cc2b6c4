-- Mails of the last week that a person has to decide about. A month's mails to
-- stores, those to employees, those about adjustments of the month, those about
-- objections, and those about overturned steps are one report each.
-- grain: one row per report and state
-- reads: outbound.mail
-- writes: –
with lost as (
    select
        state,
        regexp_replace(
            report_key,
            '^(scorecards/[^/]+/(employee|store|adjusted)'
            || '|objections|overturned)/.*$',
            '\1'
        ) as report_key
    from outbound.mail
    where
        state in ('unknown', 'failed')
        and changed_at >= cast(:day as date) - 7
)

select
    report_key,
    state,
    count(*) as mails
from lost
group by report_key, state
order by report_key, state
