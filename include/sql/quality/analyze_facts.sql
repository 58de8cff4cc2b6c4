-- The planner must know how many rows a load has: one that was just written
-- looks empty, and joins of a whole history would then take hours.
-- grain: –
-- reads: quality.row_fact
-- writes: –
analyze quality.row_fact
