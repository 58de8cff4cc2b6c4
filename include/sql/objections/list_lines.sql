-- Where a person has a line, to be objected to.
-- grain: one row per scorecard with the line
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
select
    scorecard.scorecard_id,
    scorecard.store_code,
    scorecard.employee_no
from score.scorecard
inner join score.scorecard_line
    on scorecard.scorecard_id = scorecard_line.scorecard_id
where
    scorecard.month = :month -- noqa: RF02
    and scorecard.employee_no = :employee_no -- noqa: RF02
    and scorecard_line.kpi_id = :kpi_id -- noqa: RF02
    and (
        scorecard.scorecard_id = cast(:scorecard_id as text) -- noqa: RF02
        or cast(:scorecard_id as text) = '' -- noqa: RF02
    )
order by scorecard.scorecard_id
