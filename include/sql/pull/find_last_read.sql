-- The newest earlier night of a feed that was merged, and whether there is any
-- merged night at all: the first one reads the whole history.
-- grain: one row
-- reads: ops.load
-- writes: nothing
select
    max(business_day) filter (where business_day < :day) as last_read,
    count(*) filter (where business_day <> :day) > 0 as is_known
from ops.load
where
    system = :system
    and feed = :feed
    and state = 'merged'
