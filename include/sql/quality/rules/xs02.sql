-- A score without its month or without the name of what it measures.
-- grain: one row per row that breaks XS02
-- reads: batch (see batch_external_score.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.month is null
    or batch.metric is null
