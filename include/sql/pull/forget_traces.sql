-- Files that are not there any more need not be known again.
-- grain: one row per file that is gone
-- reads: nothing
-- writes: ops.file_trace
delete from ops.file_trace
where
    system = :system
    and feed = :feed
    and path <> all(cast(:paths as text[]))
