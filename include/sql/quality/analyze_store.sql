-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.store
-- writes: –
analyze staging.store
