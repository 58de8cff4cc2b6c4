-- Nothing tells a target of one store's month twice at the same time.
-- grain: one lock until the end of the transaction
-- reads: –
-- writes: –
select pg_advisory_xact_lock(hashtextextended(:target || '/scorecard', 0))
