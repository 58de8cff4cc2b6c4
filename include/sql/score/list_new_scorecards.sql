-- grain: one row per scorecard as computed now
-- reads: pg_temp.new_scorecard
-- writes: nothing
select
    scorecard_id,
    role,
    store_code,
    employee_no
from new_scorecard
order by scorecard_id
