-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.external_score
-- writes: –
analyze staging.external_score
