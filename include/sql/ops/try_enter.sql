-- Steps of nights and months go side by side; an upgrade or a change of keys
-- goes alone.
-- grain: one lock of this connection, held until dropped or disconnected
-- reads: –
-- writes: –
select pg_try_advisory_lock_shared(:lock_class, 0)
