-- Who is scored, rated or nominated in these months: no judge of their rewards.
-- grain: one row per person
-- reads: score.scorecard, core.rating, core.nomination
-- writes: nothing
select employee_no
from score.scorecard
where month = any(:months)
union distinct
select employee_no
from core.rating
where month = any(:months)
union distinct
select employee_no
from core.nomination
where month = any(:months)
