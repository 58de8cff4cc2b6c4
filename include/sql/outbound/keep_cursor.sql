-- grain: one row per target
-- reads: –
-- writes: outbound.read_cursor
insert into outbound.read_cursor (target, cursor)
values (:target, :cursor)
on conflict (target) do update
    set
        cursor = excluded.cursor,
        changed_at = clock_timestamp()
