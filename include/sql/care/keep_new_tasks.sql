-- grain: one row per task made tonight
-- reads: pg_temp.night_change, pg_temp.night_task
-- writes: care.follow_up_task
insert into care.follow_up_task
select n.* -- noqa: AM04
from night_change as c
inner join night_task as n on c.task_key = n.task_key
where c.old_status is null
