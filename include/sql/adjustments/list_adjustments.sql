-- Adjustments of a month's lines that stand, or whose difference is gone; a
-- store's figure is told of each scorecard that shows it. An objection that was
-- upheld while it stood is its reason, also where it was answered later.
-- grain: one row per adjustment
-- reads: score.adjustment, score.objection, core.employee, core.store
-- writes: nothing
select
    adjustment.adjustment_id,
    adjustment.month,
    adjustment.scorecard_id,
    adjustment.kpi_id,
    adjustment.employee_no,
    employee.name as employee_name,
    adjustment.store_code,
    store.name as store_name,
    adjustment.credit,
    adjustment.unit,
    adjustment.old_numerator,
    adjustment.old_denominator,
    adjustment.old_excluded,
    adjustment.old_value,
    adjustment.old_points,
    adjustment.new_numerator,
    adjustment.new_denominator,
    adjustment.new_excluded,
    adjustment.new_value,
    adjustment.new_points,
    adjustment.rows_behind,
    adjustment.row_count,
    adjustment.noticed_on,
    adjustment.ended_on,
    adjustment.ending,
    coalesce(
        adjustment.objection_id,
        (
            select max(objection.objection_id)
            from score.objection
            where
                objection.scorecard_id = adjustment.scorecard_id
                and objection.kpi_id = adjustment.kpi_id
                and objection.state = 'upheld'
                and (
                    adjustment.ended_at is null
                    or objection.answered_at <= adjustment.ended_at
                )
        )
    ) as objection_id
from score.adjustment
inner join core.employee on adjustment.employee_no = employee.employee_no
inner join core.store on adjustment.store_code = store.store_code
where
    adjustment.month = :month -- noqa: RF02
    and adjustment.ending is distinct from 'replaced'
order by adjustment.scorecard_id, adjustment.kpi_id, adjustment.adjustment_id
