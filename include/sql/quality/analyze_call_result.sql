-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.call_result
-- writes: –
analyze staging.call_result
