-- How many messages about tasks and complaints each work day brought a target;
-- a key counts once a day. Festivals and campaigns come all at once by plan and
-- do not count.
-- grain: one row per work day and action
-- reads: outbound.message, care.follow_up_task
-- writes: –
select
    m.work_day,
    m.action,
    count(distinct m.external_key) as messages
from outbound.message as m
left join care.follow_up_task as t on m.task_key = t.task_key
where
    m.target = :target -- noqa: RF02
    and m.entity in ('task', 'complaint')
    and m.work_day >= :first_day -- noqa: RF02
    and coalesce(t.event, '') not in ('festival', 'campaign')
group by m.work_day, m.action
order by m.work_day, m.action
