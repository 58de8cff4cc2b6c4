-- The load through which vehicles of found documents are worked out again.
-- grain: one row
-- reads: ops.load
-- writes: nothing
select max(load_id) as load_id
from ops.load
where
    system = :system
    and feed = :feed
    and state = 'merged'
