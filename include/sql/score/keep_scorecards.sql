-- grain: one row per new or changed scorecard
-- reads: pg_temp.new_scorecard
-- writes: score.scorecard
insert into score.scorecard (
    scorecard_id, month, role, store_code, employee_no, is_trial
)
select
    scorecard_id,
    month,
    role,
    store_code,
    employee_no,
    is_trial
from new_scorecard
order by scorecard_id
on conflict (scorecard_id) do update
    set is_trial = excluded.is_trial
    where scorecard.is_trial <> excluded.is_trial
