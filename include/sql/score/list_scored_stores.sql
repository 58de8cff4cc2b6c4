-- grain: one row per store with scorecards in a month
-- reads: score.scorecard, core.store
-- writes: nothing
select
    store.store_code,
    store.brand,
    store.name as store_name
from core.store
where
    exists (
        select 1
        from score.scorecard as card
        where
            card.month = :month -- noqa: RF02
            and card.store_code = store.store_code
    )
order by store.store_code
