-- The keys just copied, so that they are compared by hash and not one by one.
-- grain: nothing
-- reads: staging.swept_key
-- writes: nothing
analyze staging.swept_key
