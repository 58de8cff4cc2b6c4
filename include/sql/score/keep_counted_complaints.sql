-- What a month that is not settled counts now, and no more what it counted.
-- grain: one row per complaint that it did not count before
-- reads: nothing
-- writes: score.counted_complaint
with
gone as (
    delete from score.counted_complaint
    where
        month = :month
        and row_key <> all(cast(:complaints as text[]))
)

insert into score.counted_complaint (month, row_key)
select
    cast(:month as text) as month,
    complaints.row_key
from unnest(cast(:complaints as text[])) as complaints (row_key)
on conflict do nothing
