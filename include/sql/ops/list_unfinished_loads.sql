-- grain: one row per load of the day that was not merged
-- reads: ops.load
-- writes: –
select
    system,
    feed,
    state,
    failure
from ops.load
where
    business_day = :day
    and state <> 'merged'
order by system, feed
