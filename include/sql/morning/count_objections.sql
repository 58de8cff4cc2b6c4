-- Objections that nobody answered yet.
-- grain: one row per month with one
-- reads: score.objection
-- writes: nothing
select
    month,
    count(*) as open_objections,
    count(*) filter (where due_on < :work_day) as late,
    count(*) filter (where due_on <= :work_day) as pressing,
    min(due_on) as first_due_on
from score.objection
where
    state = 'open'
    and raised_on <= :work_day
group by month
order by month
