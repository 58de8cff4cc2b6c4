-- A version that came late can show that an event was known earlier: that is
-- kept also of tasks with which nothing else happens, or nothing more.
-- grain: one row per task whose arrival moved
-- reads: pg_temp.night_subject
-- writes: care.follow_up_task
update care.follow_up_task as held
set
    arrived_day = s.arrived_on,
    made_day = greatest(held.open_on - 1, s.arrived_on),
    late_reason = case
        when held.late_reason is distinct from 'late_by_data'
            then held.late_reason
        when
            greatest(held.open_on - 1, s.arrived_on) >= held.deadline_on
            then held.late_reason
    end
from night_subject as s
where
    held.task_key = s.task_key
    and held.event_on = s.event_on
    and held.arrived_day > s.arrived_on
