-- A version that came late can show that an event was known earlier: that is
-- kept also of tasks with which nothing else happens.
-- grain: one row per task whose arrival moved
-- reads: pg_temp.night_subject, pg_temp.night_task, pg_temp.night_change
-- writes: care.follow_up_task
update care.follow_up_task as held
set
    arrived_day = n.arrived_day,
    made_day = greatest(held.open_on - 1, n.arrived_day),
    late_reason = case
        when held.late_reason is distinct from 'late_by_data'
            then held.late_reason
        when
            greatest(held.open_on - 1, n.arrived_day) >= held.deadline_on
            then held.late_reason
    end
from night_task as n
inner join night_subject as s on n.task_key = s.task_key
left join night_change as c on n.task_key = c.task_key
where
    held.task_key = n.task_key
    and s.problem is null
    and held.event_on = n.event_on
    and n.arrived_day < held.arrived_day
    and c.task_key is null
