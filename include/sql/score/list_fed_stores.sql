-- Of which stores a feed tells: those whose system had a load of it of one of
-- the month's days, or of those until the closing day, that was merged.
-- Elsewhere, and once a feed has run dry, a count of nothing says nothing.
-- grain: one row per store and feed
-- reads: core.store, ops.load
-- writes: nothing
select distinct
    store.store_code,
    load.feed
from core.store
inner join ops.load on store.system = load.system
where
    store.store_code = any(:stores) -- noqa: RF02
    and load.feed = any(:feeds) -- noqa: RF02
    and load.state = 'merged'
    and load.business_day between :first_day and :closing_on -- noqa: RF02
