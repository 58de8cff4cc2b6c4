-- Forgets what an earlier validation of a load found; cases stay.
-- grain: one load
-- reads: nothing
-- writes: quality.flag, quality.good_row, quality.rule_count
with flags as (
    delete from quality.flag
    where load_id = :load_id
),

counts as (
    delete from quality.rule_count
    where load_id = :load_id
)

delete from quality.good_row
where load_id = :load_id
