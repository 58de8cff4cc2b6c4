-- What files looked like when their content was digested.
-- grain: one row per file
-- reads: nothing
-- writes: ops.file_trace
insert into ops.file_trace (
    system,
    feed,
    path,
    size,
    written_at,
    digest
)
select
    cast(:system as text) as of_system,
    cast(:feed as text) as of_feed,
    given.path,
    given.size,
    given.written_at,
    given.digest
from
    jsonb_to_recordset(cast(:traces as jsonb))
        as given (
            path text,
            size bigint,
            written_at timestamptz,
            digest text
        )
order by given.path
on conflict (system, feed, path) do update
    set
        size = excluded.size,
        written_at = excluded.written_at,
        digest = excluded.digest,
        looked_at = excluded.looked_at
