-- The load of a feed's business day, locked for the one who settles it.
-- grain: one load
-- reads: ops.load
-- writes: nothing
select
    load_id,
    state,
    pulled
from ops.load
where
    system = :system
    and feed = :feed
    and business_day = :day
for update
