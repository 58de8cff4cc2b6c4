-- What a sweep found.
-- grain: one sweep
-- reads: nothing
-- writes: ops.sweep
update ops.sweep
set
    state = 'done',
    changed_since = :changed_since,
    keys = :keys,
    judged = :judged,
    vanished = :vanished,
    returned = :returned
where sweep_id = :sweep_id
