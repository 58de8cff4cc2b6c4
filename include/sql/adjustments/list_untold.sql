-- Adjustments of days that are over that the person was not told by mail yet:
-- what was noticed on a day and stands, and what is gone since a day and was
-- told before. One mail tells all of a person's month and day. Addresses are
-- ciphertext; one that several employees have is nobody's own. What was held
-- back because statements were off stays so. Of a figure that was not issued,
-- as of somebody known only since, nobody was told, so nothing is put right.
-- grain: one row per adjustment
-- reads: score.adjustment, score.scorecard_line, score.objection,
--   score.publication, core.employee, core.employee_address,
--   core.store, outbound.mail
-- writes: nothing
with
mails as (
    select
        report_key,
        state,
        reason,
        changed_at
    from outbound.mail
    where report_key ~ '^scorecards/[^/]+/adjusted/'
),

keyed as (
    select
        adjustment.*,
        'scorecards/' || adjustment.month
        || '/adjusted/' || adjustment.employee_no || '/'
        || to_char(
            coalesce(adjustment.ended_on, adjustment.noticed_on), 'YYYY-MM-DD'
        ) as report_key
    from score.adjustment
    where
        adjustment.tells_employee
        and adjustment.ending is distinct from 'replaced'
        and coalesce(adjustment.ended_on, adjustment.noticed_on) < :today
        and exists (
            select 1
            from score.scorecard_line as issued
            where
                adjustment.scorecard_id = issued.scorecard_id
                and adjustment.kpi_id = issued.kpi_id
        )
),

-- Figures of which a difference was told, the replaced ones, too. Once for all:
-- to look it up for each that is gone would read them all again each time.
told as (
    select
        earlier.scorecard_id,
        earlier.kpi_id,
        min(mails.changed_at) as told_at
    from score.adjustment as earlier
    inner join mails
        on
            mails.report_key
            = 'scorecards/' || earlier.month
            || '/adjusted/' || earlier.employee_no || '/'
            || to_char(earlier.noticed_on, 'YYYY-MM-DD')
    where
        earlier.tells_employee
        and mails.state in ('sent', 'unknown')
    group by earlier.scorecard_id, earlier.kpi_id
),

untold as (
    select keyed.*
    from keyed
    left join told
        on
            keyed.scorecard_id = told.scorecard_id
            and keyed.kpi_id = told.kpi_id
    where
        not exists (
            select 1
            from mails
            where
                mails.report_key = keyed.report_key
                and (
                    mails.state in ('sent', 'unknown')
                    or mails.reason = 'statements_off'
                )
        )
        and (keyed.ended_on is null or told.told_at < keyed.ended_at)
)

select
    untold.report_key,
    untold.adjustment_id,
    untold.month,
    untold.scorecard_id,
    untold.kpi_id,
    untold.employee_no,
    employee.name as employee_name,
    untold.store_code,
    store.name as store_name,
    untold.credit,
    untold.unit,
    untold.old_numerator,
    untold.old_denominator,
    untold.old_excluded,
    untold.old_value,
    untold.old_points,
    untold.new_numerator,
    untold.new_denominator,
    untold.new_excluded,
    untold.new_value,
    untold.new_points,
    untold.rows_behind,
    untold.row_count,
    untold.noticed_on,
    untold.ended_on,
    untold.ending,
    publication.published_at,
    publication.tells_employees,
    address.email_cipher,
    address.is_shared,
    split_part(untold.scorecard_id, '.', 2) as role,
    coalesce(
        untold.objection_id,
        (
            select max(objection.objection_id)
            from score.objection
            where
                objection.scorecard_id = untold.scorecard_id
                and objection.kpi_id = untold.kpi_id
                and objection.state = 'upheld'
        )
    ) as objection_id
from untold
inner join core.employee on untold.employee_no = employee.employee_no
inner join core.store on untold.store_code = store.store_code
left join score.publication on untold.month = publication.month
inner join core.employee_address as address
    on untold.employee_no = address.employee_no
order by untold.report_key, untold.scorecard_id, untold.kpi_id
