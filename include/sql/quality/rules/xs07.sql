-- A score that its own declared scale does not hold. A scale in other words
-- has no limits: no band and no target is applied to it.
-- grain: one row per row that breaks XS07
-- reads: batch (see batch_external_score.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.value < batch.scale_least
    or batch.value > batch.scale_most
