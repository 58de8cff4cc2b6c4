-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.complaint
-- writes: –
analyze staging.complaint
