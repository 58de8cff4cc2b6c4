-- Loads of nights that began and have not come to an end.
-- grain: one load
-- reads: ops.load
-- writes: nothing
select
    system,
    feed,
    business_day,
    state
from ops.load
where state in ('pulling', 'pulled', 'validated')
order by business_day, system, feed
