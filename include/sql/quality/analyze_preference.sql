-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.preference
-- writes: –
analyze staging.preference
