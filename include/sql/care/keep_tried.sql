-- A finished task whose number was tried again, or is another one by now, says
-- so: other tasks of the number wait for it. All else of it stays as it was
-- finished.
-- grain: one row per finished task whose number was tried otherwise
-- reads: pg_temp.night_task
-- writes: care.follow_up_task
update care.follow_up_task as kept
set
    tried_hash = n.tried_hash,
    tried_on = n.tried_on
from night_task as n
where
    kept.task_key = n.task_key
    and kept.status = 'done'
    and n.status = 'done'
    and kept.status_reason is not distinct from n.status_reason
    and (kept.tried_hash, kept.tried_on)
    is distinct from (n.tried_hash, n.tried_on)
