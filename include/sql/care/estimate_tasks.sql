-- How many tasks the planner believes in; 0 when nobody ever told it.
-- grain: one row
-- reads: pg_class
-- writes: nothing
select greatest(reltuples, 0) as tasks
from pg_class
where oid = cast('care.follow_up_task' as regclass)
