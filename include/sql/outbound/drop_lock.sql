-- grain: one lock of this connection
-- reads: –
-- writes: –
select pg_advisory_unlock(:lock_class, :number)
