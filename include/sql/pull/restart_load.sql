-- A load begins anew: what was read, judged and counted before is void. Its
-- row stays locked until the rows are there.
-- grain: one load
-- reads: nothing
-- writes: ops.load, ops.file_read, quality.good_row
with forgotten_files as (
    delete from ops.file_read
    where load_id = :load_id
),

forgotten_rows as (
    delete from quality.good_row
    where load_id = :load_id
)

update ops.load
set
    state = 'pulling',
    window_start = :window_start,
    window_end = :window_end,
    mapping_digest = :mapping_digest,
    suite_digest = null,
    failure = null,
    pulled = null,
    promoted = null,
    unchanged = null,
    stale = null,
    collapsed = null,
    quarantined = null,
    changed_at = clock_timestamp()
where load_id = :load_id
