-- The key that wrote until now only reads from now on.
-- grain: one key
-- reads: nothing
-- writes: ops.protection_key
update ops.protection_key
set
    state = 'reading',
    finished_at = coalesce(finished_at, clock_timestamp())
where
    kind = :kind
    and state = 'writing'
