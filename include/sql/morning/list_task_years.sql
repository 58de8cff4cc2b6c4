-- The years of dates that stand on the stores' lists or will: of tasks that are
-- to be done or wait.
-- grain: one row per store and year
-- reads: care.follow_up_task
-- writes: –
with tasks as (
    select
        store_code,
        unnest(array[open_on, due_on, deadline_on]) as on_day
    from care.follow_up_task
    where status in ('open', 'held', 'postponed')
)

select distinct
    store_code,
    cast(extract(year from on_day) as integer) as year_no
from tasks
order by store_code, year_no
