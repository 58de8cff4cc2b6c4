-- grain: one load
-- reads: ops.load
-- writes: nothing
select load_id
from ops.load
where
    system = :system
    and feed = :feed
    and business_day = :day
for update
