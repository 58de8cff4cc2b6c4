-- Lets nothing of a load go on.
-- grain: one load
-- reads: nothing
-- writes: quality.good_row
delete from quality.good_row
where load_id = :load_id
