-- The planner must know what was just flagged, held and let through.
-- grain: –
-- reads: quality.flag, quality.good_row, quality.quarantine
-- writes: –
analyze quality.flag, quality.good_row, quality.quarantine
