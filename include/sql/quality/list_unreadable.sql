-- What could not be read in a load, as stewards see it: short and masked.
-- grain: one row per column and raw value, the most frequent first
-- reads: ops.load, quality.staged_row
-- writes: nothing
with loads as (
    select load_id
    from ops.load
    where
        system = :system
        and feed = :feed
        and business_day = :day
),

staged as (
    select source_row -> 'unreadable' as unreadable
    from quality.staged_row
    where
        load_id = (select loads.load_id from loads)
        and jsonb_typeof(source_row -> 'unreadable') = 'object'
)

select
    given.key as column_name,
    given.value as raw_value,
    count(*) as found_rows
from staged
cross join lateral jsonb_each_text(staged.unreadable) as given (key, value)
group by given.key, given.value
order by found_rows desc, column_name asc, raw_value asc
limit :most
