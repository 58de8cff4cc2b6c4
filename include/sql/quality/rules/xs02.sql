-- A score without its month, as 2026-06, or without the name of what it
-- measures.
-- grain: one row per row that breaks XS02
-- reads: batch (see batch_external_score.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.month is null
    or batch.month !~ '^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])$'
    or batch.metric is null
