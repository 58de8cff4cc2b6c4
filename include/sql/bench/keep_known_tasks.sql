-- Which tasks there were before the day that is measured.
-- grain: one row per task
-- reads: care.follow_up_task
-- writes: bench_known_task
create table bench_known_task as
select task_key
from care.follow_up_task
