-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.consent
-- writes: –
analyze staging.consent
