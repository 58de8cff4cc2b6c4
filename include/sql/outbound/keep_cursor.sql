-- grain: one row per target and feed
-- reads: –
-- writes: outbound.read_cursor
insert into outbound.read_cursor (target, feed, cursor)
values (:target, :feed, :cursor)
on conflict (target, feed) do update
    set
        cursor = excluded.cursor,
        changed_at = clock_timestamp()
