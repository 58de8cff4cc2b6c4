-- Files whose digest holds as long as their size and time of writing do. One
-- that was looked at within the hour after it was written is not among them:
-- it may have been written again without either showing it, since clocks
-- differ and some file systems count time in steps of two seconds.
-- grain: one row per file
-- reads: ops.file_trace
-- writes: nothing
select
    path,
    size,
    written_at,
    digest
from ops.file_trace
where
    system = :system
    and feed = :feed
    and looked_at > written_at + interval '1 hour'
