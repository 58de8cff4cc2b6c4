-- Validation could not finish: nothing of the load goes on.
-- grain: one load
-- reads: nothing
-- writes: ops.load, quality.good_row
with stopped as (
    delete from quality.good_row
    where load_id = :load_id
)

update ops.load
set
    state = 'failed',
    failure = :failure,
    changed_at = clock_timestamp()
where load_id = :load_id
