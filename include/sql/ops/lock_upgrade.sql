-- One upgrade at a time.
-- grain: one lock until the end of the transaction
-- reads: –
-- writes: –
select pg_advisory_xact_lock(hashtext('aftercare.upgrade'))
