-- Evidence of the month as it is computed now.
-- grain: one row per line and counted row, for the length of a transaction
-- reads: nothing
-- writes: pg_temp.new_evidence
create temporary table new_evidence (
    like score.evidence including defaults
) on commit drop
