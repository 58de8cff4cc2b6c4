-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.repair_order
-- writes: –
analyze staging.repair_order
