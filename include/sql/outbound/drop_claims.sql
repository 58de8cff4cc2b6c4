-- grain: two locks of this connection
-- reads: –
-- writes: –
select
    pg_advisory_unlock(:lock_class, :number) as own,
    pg_advisory_unlock_shared(:rehearsals, hashtext(:target)) as shared
