-- The planner must know how many rows the pull just copied.
-- grain: –
-- reads: staging.referral
-- writes: –
analyze staging.referral
