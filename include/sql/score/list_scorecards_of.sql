-- grain: one row per scorecard of a person, of a store, or of everybody
-- reads: score.scorecard
-- writes: nothing
select scorecard_id
from score.scorecard
where
    month = :month
    and (employee_no = :whom or store_code = :whom or :whom = 'all')
order by scorecard_id
