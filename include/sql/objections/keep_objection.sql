-- With the figures that the line has now.
-- grain: one row: an objection
-- reads: score.scorecard_line
-- writes: score.objection
insert into score.objection (
    month,
    employee_no,
    store_code,
    scorecard_id,
    kpi_id,
    proposal_id,
    is_score,
    numerator,
    denominator,
    value,
    points,
    words,
    raised_by,
    raised_on,
    due_on,
    policy_line
)
select
    asked.month,
    asked.employee_no,
    asked.store_code,
    asked.scorecard_id,
    asked.kpi_id,
    asked.proposal_id,
    asked.is_score,
    scorecard_line.numerator,
    scorecard_line.denominator,
    scorecard_line.value,
    scorecard_line.points,
    asked.words,
    asked.raised_by,
    asked.raised_on,
    asked.due_on,
    asked.policy_line
from (
    select
        cast(:month as text) as month,
        cast(:employee_no as text) as employee_no,
        cast(:store_code as text) as store_code,
        cast(:scorecard_id as text) as scorecard_id,
        cast(:kpi_id as text) as kpi_id,
        cast(:proposal_id as text) as proposal_id,
        cast(:is_score as boolean) as is_score,
        cast(:words as text) as words,
        cast(:raised_by as text) as raised_by,
        cast(:raised_on as date) as raised_on,
        cast(:due_on as date) as due_on,
        cast(:policy_line as text) as policy_line
) as asked
left join score.scorecard_line
    on
        asked.scorecard_id = scorecard_line.scorecard_id
        and asked.kpi_id = scorecard_line.kpi_id
returning objection_id
