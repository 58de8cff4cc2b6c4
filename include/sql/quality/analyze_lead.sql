-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.lead
-- writes: –
analyze staging.lead
