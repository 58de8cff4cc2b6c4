-- The newest earlier night of a feed that was merged, and whether there is any
-- merged night at all: the first one reads the whole history. A night that was
-- not read before the first that was is caught up too.
-- grain: one row
-- reads: ops.load
-- writes: nothing
select
    min(business_day) as first_night,
    coalesce(
        max(business_day) filter (
            where business_day < :day and state = 'merged'
        ),
        min(business_day) filter (
            where business_day < :day and state in ('pulling', 'failed')
        ) - 1
    ) as last_read,
    count(*) filter (
        where business_day <> :day and state = 'merged'
    ) > 0 as is_known
from ops.load
where
    system = :system
    and feed = :feed
