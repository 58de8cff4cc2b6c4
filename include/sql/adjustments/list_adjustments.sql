-- Adjustments of a month's lines that stand, or whose difference is gone; a
-- store's figure is told of each scorecard that shows it. An objection that was
-- upheld while it stood is its reason, also where it was answered later. Of the
-- rows behind one the first `most` are read, and as many of the late documents.
-- grain: one row per adjustment
-- reads: score.adjustment, score.objection, core.employee, core.store
-- writes: nothing
with
found as (
    select adjustment.*
    from score.adjustment
    where
        adjustment.month = :month -- noqa: RF02
        and adjustment.ending is distinct from 'replaced'
        and (
            cast(:scorecard_id as text) is null -- noqa: RF02
            or adjustment.scorecard_id = :scorecard_id -- noqa: RF02
        )
        and (
            cast(:kpi_id as text) is null -- noqa: RF02
            or adjustment.kpi_id = :kpi_id -- noqa: RF02
        )
        and (
            cast(:employee_no as text) is null -- noqa: RF02
            or adjustment.employee_no = :employee_no -- noqa: RF02
        )
        and (
            cast(:store_code as text) is null -- noqa: RF02
            or adjustment.store_code = :store_code -- noqa: RF02
        )
),

behind as (
    select
        found.adjustment_id,
        jsonb_path_query_array(
            found.rows_behind, 'strict $[*] ? (@[0] != "late")'
        ) as changed,
        jsonb_path_query_array(
            found.rows_behind, 'strict $[*] ? (@[0] == "late")'
        ) as late,
        jsonb_build_object(
            'last',
            coalesce(cast(:most as integer), 1000000000) - 1 -- noqa: RF02
        ) as bounds
    from found
)

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
    ) as objection_id,
    jsonb_array_length(behind.changed) as rows_kept,
    jsonb_array_length(behind.late) as late_count,
    jsonb_path_query_array(behind.changed, '$[0 to $last]', behind.bounds)
    || jsonb_path_query_array(
        behind.late, '$[0 to $last]', behind.bounds
    ) as rows_behind
from found as adjustment
inner join core.employee on adjustment.employee_no = employee.employee_no
inner join core.store on adjustment.store_code = store.store_code
inner join behind on adjustment.adjustment_id = behind.adjustment_id
order by adjustment.scorecard_id, adjustment.kpi_id, adjustment.adjustment_id
