-- Between which days the dates of tonight's tasks are looked for.
-- grain: one row
-- reads: pg_temp.night_subject, pg_temp.night_rule
-- writes: –
with wanted as (
    select
        cast(
            s.event_on + make_interval(months => r.opens_months) as date
        ) + r.opens_days as opens_on,
        cast(
            s.event_on + make_interval(months => r.expires_months) as date
        ) + r.expires_days as expires_on,
        cast(
            s.event_on + make_interval(months => r.deadline_months) as date
        ) + r.deadline_days as deadline_on
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    where s.event_on is not null
)

select
    min(least(opens_on, expires_on, deadline_on)) as first_on,
    max(greatest(opens_on, expires_on, deadline_on)) as last_on
from wanted
