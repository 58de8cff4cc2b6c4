-- Who has a part in these months: is scored, rated or nominated in them, or
-- rated or nominated somebody (`about_no`).
-- grain: one row per person, part and whom it is about
-- reads: score.scorecard, core.rating, core.nomination
-- writes: nothing
select
    employee_no,
    'scored' as part,
    employee_no as about_no
from score.scorecard
where month = any(:months)
union distinct
select
    employee_no,
    'rated' as part,
    employee_no as about_no
from core.rating
where month = any(:months)
union distinct
select
    employee_no,
    'nominated' as part,
    employee_no as about_no
from core.nomination
where month = any(:months)
union distinct
select
    rater_no as employee_no,
    'rater' as part,
    employee_no as about_no
from core.rating
where month = any(:months)
union distinct
select
    nominator_no as employee_no,
    'nominator' as part,
    employee_no as about_no
from core.nomination
where month = any(:months)
order by employee_no, part, about_no
