-- A day's new tasks by follow-up, and those whose customer did not agree. What
-- has a day in its number counts by what stands behind the day.
-- grain: one row per rule and occurrence
-- reads: care.follow_up_task, bench_known_task
-- writes: nothing
select
    t.rule_id,
    case
        when t.occurrence > 1000 then t.occurrence % 10 else t.occurrence
    end as occurrence,
    count(*) as tasks,
    count(*) filter (where t.status_reason = 'no_consent') as not_agreed
from care.follow_up_task as t
where
    not exists (
        select 1
        from bench_known_task as known
        where t.task_key = known.task_key
    )
group by 1, 2
order by 1, 2
