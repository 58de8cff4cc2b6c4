-- All rows of a load are in staging.
-- grain: one load
-- reads: nothing
-- writes: ops.load
update ops.load
set
    state = 'pulled',
    pulled = :pulled,
    changed_at = clock_timestamp()
where load_id = :load_id
