-- The server ends the transaction, and its session, after so long.
-- grain: one setting until the end of the transaction
-- reads: –
-- writes: –
select set_config('transaction_timeout', cast(:milliseconds as text), true)
