-- A load could not be read. What an earlier pull of the day brought stays as
-- it is: it was rolled back to, and may long be merged.
-- grain: one load
-- reads: nothing
-- writes: ops.load
update ops.load
set
    state = 'failed',
    failure = :failure,
    changed_at = clock_timestamp()
where
    load_id = :load_id
    and state in ('pulling', 'failed')
