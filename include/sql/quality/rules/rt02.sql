-- Points without their month, as 2026-06, or without what is rated.
-- grain: one row per row that breaks RT02
-- reads: batch (see batch_rating.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.month is null
    or batch.month !~ '^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])$'
    or batch.item is null
