-- Waits, no longer than lock_timeout, until no step is at work; none begins
-- until the end of the transaction.
-- grain: one lock until the end of the transaction
-- reads: –
-- writes: –
select pg_advisory_xact_lock(:lock_class, 0)
