-- Whether another session waits for what this one holds.
-- grain: one row
-- reads: –
-- writes: –
select count(*) > 0 as is_awaited
from pg_locks
where
    not granted
    and pg_backend_pid() = any(pg_blocking_pids(pid))
