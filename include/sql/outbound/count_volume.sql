-- How many task messages each work day brought a target, and how many of them
-- wait. A key counts once a day.
-- grain: one row per work day and action
-- reads: outbound.message
-- writes: –
select
    work_day,
    action,
    count(distinct external_key) as messages,
    count(distinct external_key) filter (
        where state in ('pending', 'retry', 'unknown')
    ) as waiting
from outbound.message
where
    target = :target
    and entity = 'task'
    and work_day >= :first_day
group by work_day, action
order by work_day, action
