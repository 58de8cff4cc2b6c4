-- A day's new tasks by follow-up, and those whose customer did not agree.
-- grain: one row per rule and occurrence
-- reads: care.follow_up_task, bench_known_task
-- writes: nothing
select
    t.rule_id,
    t.occurrence,
    count(*) as tasks,
    count(*) filter (where t.status_reason = 'no_consent') as not_agreed
from care.follow_up_task as t
where
    not exists (
        select 1
        from bench_known_task as known
        where t.task_key = known.task_key
    )
group by t.rule_id, t.occurrence
order by t.rule_id, t.occurrence
