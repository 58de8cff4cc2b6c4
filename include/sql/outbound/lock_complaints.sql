-- Two pushes never tell a target of one complaint at the same time.
-- grain: one lock until the end of the transaction
-- reads: –
-- writes: –
select pg_advisory_xact_lock(hashtextextended(:target || '/complaint', 0))
