-- Mails of published months that have not gone out, however old the month is:
-- nothing is lost in silence. Those about adjustments go another way, and
-- statements that were turned off wait for nothing.
-- grain: one row per published month with such mails
-- reads: score.publication, outbound.mail
-- writes: –
with
told as (
    select
        month,
        cast(
            timezone(cast(:time_zone as text), published_at) as date
        ) + cast(:tried_days as integer) as tried_until
    from score.publication
    where is_told
),

waiting as (
    select
        split_part(report_key, '/', 2) as month,
        count(*) as mails
    from outbound.mail
    where
        starts_with(report_key, 'scorecards/')
        and (
            split_part(report_key, '/', 3) in ('', 'store')
            or (
                split_part(report_key, '/', 3) = 'employee'
                and cast(:statements as boolean)
            )
        )
        and state in ('planned', 'retry', 'sending')
    group by split_part(report_key, '/', 2)
)

select
    told.month,
    told.tried_until,
    waiting.mails
from told
inner join waiting on told.month = waiting.month
order by told.month
