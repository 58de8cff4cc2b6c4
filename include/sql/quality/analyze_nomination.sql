-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.nomination
-- writes: –
analyze staging.nomination
