-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.rating
-- writes: –
analyze staging.rating
