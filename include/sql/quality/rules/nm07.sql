-- Nobody stands for this nomination, or it is the one who is nominated.
-- grain: one row per row that breaks NM07
-- reads: batch (see batch_nomination.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.nominator_no is null
    or batch.nominator_no = batch.employee_no
