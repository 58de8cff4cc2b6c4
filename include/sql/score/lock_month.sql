-- Two runs of one month wait for each other.
-- grain: one row
-- reads: nothing
-- writes: nothing
select pg_advisory_xact_lock(hashtext('aftercare.score.' || :month))
