-- Whether a word is an employee's number, a store's code, or both in a month.
-- grain: one row
-- reads: score.scorecard
-- writes: nothing
select
    count(*) as scorecards,
    coalesce(bool_or(employee_no = :whom), false) as is_employee,
    coalesce(bool_or(store_code = :whom), false) as is_store
from score.scorecard
where month = :month
