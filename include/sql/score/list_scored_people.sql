-- grain: one row per person scored in a month
-- reads: score.scorecard
-- writes: nothing
select distinct employee_no
from score.scorecard
where month = :month
