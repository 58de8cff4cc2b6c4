-- Tells two outcomes of a day's new tasks apart: their dates, and who did not
-- agree to be contacted.
-- grain: one row
-- reads: care.follow_up_task, bench_known_task
-- writes: nothing
select
    count(*) as tasks,
    sum(
        hashtextextended(
            t.task_key || t.open_on || t.due_on || t.deadline_on
            || t.expires_on
            || case
                when t.status_reason = 'no_consent' then t.status else ''
            end,
            0
        )
    ) as dates
from care.follow_up_task as t
where
    not exists (
        select 1
        from bench_known_task as known
        where t.task_key = known.task_key
    )
