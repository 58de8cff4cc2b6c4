-- Nothing is left that was written with earlier keys: those of encryption
-- are not needed any more, those of hashing are part of the chain.
-- grain: one row per key that writes, or that is retired
-- reads: nothing
-- writes: ops.protection_key
update ops.protection_key
set
    state = case
        when state = 'reading' and kind = 'encryption' then 'retired'
        else state
    end,
    finished_at = coalesce(finished_at, clock_timestamp())
where
    finished_at is null
    or (state = 'reading' and kind = 'encryption')
