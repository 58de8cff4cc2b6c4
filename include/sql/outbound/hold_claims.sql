-- What a sender claims is its own for as long as this connection lives; no push
-- of the target is rehearsed meanwhile, and one that is goes to its end first.
-- grain: two locks of this connection, held until dropped or disconnected
-- reads: –
-- writes: –
select
    pg_advisory_lock_shared(:rehearsals, hashtext(:target)) as shared,
    pg_advisory_lock(:lock_class, :number) as own
