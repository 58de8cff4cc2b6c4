-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.booking
-- writes: –
analyze staging.booking
