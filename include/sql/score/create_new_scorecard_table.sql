-- Scorecards of the month as they are computed now.
-- grain: one row per scorecard, for the length of a transaction
-- reads: nothing
-- writes: pg_temp.new_scorecard
create temporary table new_scorecard (
    like score.scorecard including defaults
) on commit drop
