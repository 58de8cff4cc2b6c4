-- Sweeps of a night that came to nothing.
-- grain: one row per feed
-- reads: ops.sweep
-- writes: nothing
select
    system,
    feed,
    failure
from ops.sweep
where
    business_day = :day
    and state = 'failed'
order by system, feed
