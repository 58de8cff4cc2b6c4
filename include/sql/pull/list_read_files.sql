-- Files that other loads of the feed have read as they are now.
-- grain: one row per file and content
-- reads: ops.file_read
-- writes: nothing
select
    path,
    digest
from ops.file_read
where
    system = :system
    and feed = :feed
    and load_id <> :load_id
    and path = any(cast(:paths as text[]))
