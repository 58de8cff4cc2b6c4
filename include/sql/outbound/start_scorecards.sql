-- From which day on a target is told the months of each store: the first one
-- on which it serves the store and takes summaries. A store that it serves no
-- more, and a target that takes none any more, begin anew another time.
-- grain: one row per store that begins
-- reads: –
-- writes: outbound.scorecard_start
with ended as (
    delete from outbound.scorecard_start
    where
        target = :target
        and store_code <> all(cast(:store_codes as text[]))
)

insert into outbound.scorecard_start (target, store_code, tells_from)
select
    cast(:target as text) as target,
    served.store_code,
    cast(:today as date) as tells_from
from unnest(cast(:store_codes as text[])) as served (store_code)
order by served.store_code
on conflict do nothing
