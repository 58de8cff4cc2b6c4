-- grain: one row per action, state and reason of the day's task messages
-- reads: outbound.message
-- writes: –
select
    action,
    state,
    reason,
    count(*) as messages
from outbound.message
where
    target = :target
    and entity = 'task'
    and work_day = :work_day
group by action, state, reason
order by action, state, reason
