-- Everybody who held a scored post in these stores on a day of the month.
-- grain: one row per post, store and employee
-- reads: core.assignment
-- writes: pg_temp.new_scorecard
insert into new_scorecard (
    scorecard_id, month, role, store_code, employee_no, is_trial
)
select distinct
    cast(:month as text)
    || '.' || role || '.' || store_code || '.' || employee_no
        as scorecard_id,
    cast(:month as text) as scored_month,
    role,
    store_code,
    employee_no,
    cast(:is_trial as boolean) as is_trial
from core.assignment
where
    role = any(:roles)
    and store_code = any(:stores)
    and valid_from <= :last_day
    and (valid_to is null or valid_to >= :first_day)
