-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.target
-- writes: –
analyze staging.target
