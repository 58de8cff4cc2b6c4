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
    scorecard.month = :month
    and scorecard.employee_no = :employee_no
    and scorecard_line.kpi_id = :kpi_id
    and (
        scorecard.scorecard_id = cast(:scorecard_id as text)
        or cast(:scorecard_id as text) = ''
    )
order by scorecard.scorecard_id
