-- Which of these files' contents other loads of the feed have read.
-- grain: one row per digest
-- reads: ops.file_read
-- writes: nothing
select distinct digest
from ops.file_read
where
    system = :system
    and feed = :feed
    and load_id <> :load_id
    and digest = any(cast(:digests as text[]))
