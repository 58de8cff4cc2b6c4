-- Forgets what was worked out about the rows of a load.
-- grain: one load
-- reads: nothing
-- writes: quality.row_fact
delete from quality.row_fact
where load_id = :load_id
