-- A load is settled by one at a time; who comes second waits. This
-- connection holds the lock until it leaves or breaks off.
-- grain: one lock
-- reads: nothing
-- writes: nothing
select pg_advisory_lock(
    hashtextextended(
        'aftercare.load/' || :system || '/' || :feed || '/' || :day, 0
    )
)
