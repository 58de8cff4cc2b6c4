-- grain: one row per scorecard of a person
-- reads: score.scorecard
-- writes: nothing
select scorecard_id
from score.scorecard
where
    month = :month
    and employee_no = :employee_no
order by scorecard_id
