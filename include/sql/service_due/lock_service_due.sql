-- One run at a time works out next services. The lock ends with the
-- transaction.
-- grain: one lock
-- reads: nothing
-- writes: nothing
select pg_advisory_xact_lock(hashtextextended('aftercare.service_due', 0))
