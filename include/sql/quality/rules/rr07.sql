-- A rank that nobody can have among so many.
-- grain: one row per row that breaks RR07
-- reads: batch (see batch_regional_rank.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.rank_no < 1
    or batch.rank_no > batch.ranked
