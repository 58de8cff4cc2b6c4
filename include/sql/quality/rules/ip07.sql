-- A policy whose first or last day is not known.
-- grain: one row per row that breaks IP07
-- reads: batch (see batch_insurance_policy.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.starts_on is null
    or batch.ends_on is null
