-- What validation made of a load. What merge counted before is void.
-- grain: one load
-- reads: nothing
-- writes: ops.load
update ops.load
set
    state = :state,
    failure = :failure,
    suite_digest = :suite_digest,
    collapsed = :collapsed,
    stale = :stale,
    quarantined = :quarantined,
    promoted = null,
    unchanged = null,
    changed_at = clock_timestamp()
where load_id = :load_id
