-- One rotation at a time.
-- grain: one lock of this connection, held until dropped or disconnected
-- reads: –
-- writes: –
select pg_try_advisory_lock(:lock_class, 1)
