-- Whoever waits to settle the load may begin.
-- grain: one lock
-- reads: nothing
-- writes: nothing
select pg_advisory_unlock(
    hashtextextended(
        'aftercare.load/' || :system || '/' || :feed || '/' || :day, 0
    )
)
