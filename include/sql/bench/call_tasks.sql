-- Staff called everybody until the day on which it was due: what stands on a
-- usual evening is not due yet.
-- grain: one row per task that is due
-- reads: nothing
-- writes: care.follow_up_task
update care.follow_up_task
set
    status = 'done',
    status_reason = 'reached',
    changed_day = greatest(open_on, due_on)
where status in ('open', 'postponed') and due_on <= :day
