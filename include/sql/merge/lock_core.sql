-- One merge at a time: the counts of a load stand on what core held before.
-- The lock ends with the transaction.
-- grain: one lock
-- reads: nothing
-- writes: nothing
select pg_advisory_xact_lock(hashtextextended('aftercare.merge', 0))
