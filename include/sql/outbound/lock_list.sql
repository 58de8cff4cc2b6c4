-- Two senders never write one store's list at the same time.
-- grain: one lock until the end of the transaction
-- reads: –
-- writes: –
select pg_advisory_xact_lock(hashtextextended(:target || '/' || :store_code, 0))
