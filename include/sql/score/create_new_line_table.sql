-- Lines of the month as they are computed now.
-- grain: one row per scorecard and KPI, for the length of a transaction
-- reads: nothing
-- writes: pg_temp.new_line
create temporary table new_line (
    like score.scorecard_line including defaults
) on commit drop
