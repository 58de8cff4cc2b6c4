-- An upgrade of a large warehouse, or a first look at a large system, takes
-- the time that it takes.
-- grain: one setting until the end of the transaction
-- reads: –
-- writes: –
select set_config('statement_timeout', '0', true)
