-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.contact_number
-- writes: –
analyze staging.contact_number
