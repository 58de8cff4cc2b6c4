-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.insurance_policy
-- writes: –
analyze staging.insurance_policy
