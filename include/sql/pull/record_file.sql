-- A file that a load has read; the load that read it first keeps it.
-- grain: one row per file and content
-- reads: nothing
-- writes: ops.file_read
insert into ops.file_read (
    system,
    feed,
    path,
    digest,
    load_id,
    rows
)
values (
    :system,
    :feed,
    :path,
    :digest,
    :load_id,
    :rows
)
on conflict (system, feed, path, digest) do nothing
