-- grain: one row per scorecard of a person, or of everybody
-- reads: score.scorecard
-- writes: nothing
select scorecard_id
from score.scorecard
where
    month = :month
    and (employee_no = :employee_no or :employee_no = 'all')
order by scorecard_id
