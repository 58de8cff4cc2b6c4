-- grain: one lock until the end of the rehearsal
-- reads: –
-- writes: –
select pg_advisory_xact_lock(:lock_class, hashtext(:target))
