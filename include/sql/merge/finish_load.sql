-- What merge made of a load.
-- grain: one load
-- reads: nothing
-- writes: ops.load
update ops.load
set
    state = 'merged',
    promoted = :promoted,
    unchanged = :unchanged,
    stale = :stale,
    changed_at = clock_timestamp()
where load_id = :load_id
