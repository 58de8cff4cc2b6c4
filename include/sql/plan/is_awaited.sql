-- Whether another session waits for what this one holds.
-- grain: one row
-- reads: –
-- writes: –
select
    exists (
        select 1
        from pg_locks as l
        where
            not l.granted
            and pg_backend_pid() = any(pg_blocking_pids(l.pid))
    ) as is_awaited
