-- Whether nobody sends to a target; then nobody begins until the rehearsal
-- ends.
-- grain: one lock until the end of the transaction
-- reads: –
-- writes: –
select pg_try_advisory_xact_lock(:rehearsals, hashtext(:target))
