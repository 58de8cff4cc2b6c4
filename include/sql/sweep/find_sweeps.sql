-- The sweeps of a feed that tell whether a day's is wanted: the newest later
-- one, which knows better, and the newest one since the weekday of sweeps.
-- grain: one row
-- reads: ops.sweep
-- writes: nothing
select
    max(business_day) filter (where business_day > :day) as later_day,
    max(business_day) filter (
        where business_day < :day and business_day >= :since
    ) as this_week
from ops.sweep
where
    system = :system
    and feed = :feed
    and state = 'done'
