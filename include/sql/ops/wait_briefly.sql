-- grain: one setting until the end of the transaction
-- reads: –
-- writes: –
select set_config('lock_timeout', cast(:milliseconds as text), true)
