-- grain: one row per row behind a line
-- reads: score.evidence, care.follow_up_task
-- writes: nothing
with
line_rows as (
    select
        row_kind,
        row_key,
        is_numerator,
        is_excluded,
        reason
    from score.evidence
    where
        scorecard_id = :scorecard_id
        and kpi_id = :kpi_id
)

select
    line_rows.row_kind,
    line_rows.row_key,
    line_rows.is_numerator,
    line_rows.is_excluded,
    line_rows.reason,
    follow_up_task.rule_id,
    follow_up_task.document_no,
    follow_up_task.event_on,
    follow_up_task.due_on,
    follow_up_task.deadline_on,
    follow_up_task.status,
    follow_up_task.policy_line
from line_rows
left join care.follow_up_task
    on
        line_rows.row_kind = 'follow_up_task'
        and line_rows.row_key = follow_up_task.task_key
order by
    line_rows.is_excluded,
    line_rows.is_numerator,
    line_rows.row_kind,
    line_rows.row_key
