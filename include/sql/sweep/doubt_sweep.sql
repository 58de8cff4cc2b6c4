-- A sweep that was done, and whose keys cannot be right after all.
-- grain: one sweep
-- reads: nothing
-- writes: ops.sweep
update ops.sweep
set
    state = 'failed',
    failure = :failure
where sweep_id = :sweep_id
