-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.employee
-- writes: –
analyze staging.employee
