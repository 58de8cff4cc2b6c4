-- grain: one lock of this connection
-- reads: –
-- writes: –
select pg_advisory_unlock_shared(:lock_class, 0)
