-- Mails of published months that have not gone out, however old the month is:
-- nothing is lost in silence. Those about adjustments go another way, and
-- statements that were turned off wait for nothing. What is planned of a month
-- whose mails somebody sends at this moment (whoever sends one holds a lock
-- under its number) does not wait. What lacks a certificate waits for that, and
-- for no mail server.
-- grain: one row per published month with such mails, and what they wait for
-- reads: score.publication, outbound.mail, pg_locks
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

held as (
    select l.objid::bigint as mail_id
    from pg_locks as l
    where
        l.locktype = 'advisory'
        and l.granted
        and l.objsubid = 2
        and l.classid = cast(:lock_class as oid)
        and l.database = (
            select d.oid
            from pg_database as d
            where d.datname = current_database()
        )
),

sending as (
    select distinct split_part(m.report_key, '/', 2) as month
    from held
    inner join outbound.mail as m on held.mail_id = m.mail_id
    where starts_with(m.report_key, 'scorecards/')
),

waiting as (
    select
        split_part(report_key, '/', 2) as month,
        state = 'retry'
        and coalesce(reason = 'certificate_unusable', false)
            as is_for_certificate,
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
        and (
            state = 'retry'
            or (
                state in ('planned', 'sending')
                and split_part(report_key, '/', 2)
                not in (select sending.month from sending)
            )
        )
    group by split_part(report_key, '/', 2), is_for_certificate
)

select
    told.month,
    told.tried_until,
    waiting.mails,
    waiting.is_for_certificate
from told
inner join waiting on told.month = waiting.month
order by told.month, waiting.is_for_certificate
