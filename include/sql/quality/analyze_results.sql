-- The planner must know what was just flagged and let through.
-- grain: –
-- reads: quality.flag, quality.good_row
-- writes: –
analyze quality.flag, quality.good_row
