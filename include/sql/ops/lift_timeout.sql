-- An upgrade of a large warehouse takes the time that it takes.
-- grain: one setting until the end of the transaction
-- reads: –
-- writes: –
select set_config('statement_timeout', '0', true)
