-- Nobody stands for these points, or it is the one who gets them.
-- grain: one row per row that breaks RT07
-- reads: batch (see batch_rating.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.rater_no is null
    or batch.rater_no = batch.employee_no
