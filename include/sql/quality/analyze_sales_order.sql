-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.sales_order
-- writes: –
analyze staging.sales_order
