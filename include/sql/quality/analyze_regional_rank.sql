-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.regional_rank
-- writes: –
analyze staging.regional_rank
