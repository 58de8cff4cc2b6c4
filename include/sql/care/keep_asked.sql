-- A finished task that is only asked what was told in its call stays as it was
-- finished: wishes that were said since have no say in it.
-- grain: one row per task that is only asked
-- reads: pg_temp.night_touched, care.follow_up_task
-- writes: pg_temp.night_task
update night_task as n
set
    status = t.status,
    status_reason = t.status_reason,
    event_on = t.event_on,
    open_on = t.open_on,
    due_on = t.due_on,
    deadline_on = t.deadline_on,
    expires_on = t.expires_on,
    channel = t.channel,
    attempts = t.attempts,
    merged_into = t.merged_into,
    tried_hash = t.tried_hash,
    tried_on = t.tried_on
from night_touched as a
inner join care.follow_up_task as t on a.task_key = t.task_key
where n.task_key = a.task_key and a.is_only_asked
