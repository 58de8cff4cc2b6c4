-- Published months that are told and of whose mails some are not done, by the
-- parts that these belong to. A part without its report never came to its end,
-- and may not even be planned. Mails about adjustments go another way.
-- grain: one row per month
-- reads: score.publication, outbound.mail, ops.stage_report
-- writes: –
with
waiting as (
    select distinct
        split_part(report_key, '/', 2) as month,
        split_part(report_key, '/', 3) as part
    from outbound.mail
    where
        starts_with(report_key, 'scorecards/')
        and state in ('planned', 'retry', 'sending')
),

told as (
    select
        month,
        approved_by,
        tells_managers,
        tells_employees and cast(:statements as boolean) as tells_employees
    from score.publication
    where
        is_told
        and cast(
            timezone(cast(:time_zone as text), published_at) as date
        ) >= cast(:since as date)
),

parts as (
    select
        month,
        approved_by,
        'hr' as name,
        '' as key_part,
        'publish' as stage
    from told
    union all
    select
        month,
        approved_by,
        'stores' as name,
        'store' as key_part,
        'month_mails' as stage
    from told
    where tells_managers
    union all
    select
        month,
        approved_by,
        'statements' as name,
        'employee' as key_part,
        'statements' as stage
    from told
    where tells_employees
)

select
    parts.month,
    parts.approved_by,
    array_agg(parts.name order by parts.name) as parts
from parts
left join waiting
    on parts.month = waiting.month and parts.key_part = waiting.part
left join ops.stage_report as report
    on
        parts.month = report.partition_key
        and parts.stage = report.stage
        and report.part = ''
where
    waiting.month is not null
    or report.stage is null
group by parts.month, parts.approved_by
order by parts.month
