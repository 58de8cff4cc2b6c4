-- Tasks with nothing left to follow up stay as they were; only their status
-- will differ.
-- grain: one row per task
-- reads: pg_temp.night_subject, care.follow_up_task
-- writes: pg_temp.night_task
insert into night_task
select t.* -- noqa: AM04
from night_subject as s
inner join care.follow_up_task as t on s.task_key = t.task_key
where s.problem is not null
