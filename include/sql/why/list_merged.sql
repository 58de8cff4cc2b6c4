-- Tasks that wait for a task, or were told in its call.
-- grain: one row per task
-- reads: care.follow_up_task
-- writes: –
select
    task_key,
    status,
    status_reason,
    is_mergeable
from care.follow_up_task
where merged_into = :task_key
order by task_key
