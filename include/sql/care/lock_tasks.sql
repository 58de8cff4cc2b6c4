-- One night of tasks at a time: each judges what the others left.
-- grain: one row
-- reads: –
-- writes: –
select pg_advisory_xact_lock(hashtext('care.follow_up_task')) as is_locked
