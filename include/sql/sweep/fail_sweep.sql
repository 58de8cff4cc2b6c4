-- A sweep that came to nothing, and why.
-- grain: one sweep
-- reads: nothing
-- writes: ops.sweep
update ops.sweep
set
    state = 'failed',
    failure = :failure
where
    sweep_id = :sweep_id
    and state <> 'done'
