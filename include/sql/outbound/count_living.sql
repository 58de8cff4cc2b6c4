-- Processes that send at this moment.
-- grain: one row
-- reads: pg_locks
-- writes: –
select count(*) as senders
from pg_locks as l
where
    l.locktype = 'advisory'
    and l.granted
    and l.objsubid = 2
    and l.classid = cast(:lock_class as oid)
    and l.database = (
        select d.oid
        from pg_database as d
        where d.datname = current_database()
    )
