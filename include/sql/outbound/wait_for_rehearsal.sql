-- A rehearsed push holds messages: a real one begins when it is over.
-- grain: one lock until the end of the transaction
-- reads: –
-- writes: –
select pg_advisory_xact_lock_shared(:lock_class, hashtext(:target))
