-- Both sides begin with an empty table.
-- grain: nothing is left
-- reads: nothing
-- writes: staging.repair_order
truncate table staging.repair_order
