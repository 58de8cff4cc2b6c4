-- grain: one row per known task
-- reads: care.follow_up_task
-- writes: –
select
    task_key,
    store_code
from care.follow_up_task
where task_key = any(cast(:task_keys as text[]))
