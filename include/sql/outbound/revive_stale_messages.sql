-- Messages whose process ended while it held them. A living process holds an
-- advisory lock under the number that it claims with.
-- grain: one row per message that nobody sends any more
-- reads: pg_locks
-- writes: outbound.message
with living_claimers as (
    select l.objid::text as claimer
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
)

update outbound.message
set
    state = 'unknown',
    reason = 'sender_ended',
    doubt_since = clock_timestamp()
where
    target = :target
    and state = 'sending'
    and claimed_by not in (select claimer from living_claimers)
