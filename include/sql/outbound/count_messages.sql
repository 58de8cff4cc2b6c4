-- grain: one row per entity, action, state and reason of the day's messages
--   about tasks, complaints and published months
-- reads: outbound.message
-- writes: –
select
    entity,
    action,
    state,
    reason,
    count(*) as messages
from outbound.message
where
    target = :target
    and entity <> 'contact'
    and work_day = :work_day
group by entity, action, state, reason
order by entity, action, state, reason
