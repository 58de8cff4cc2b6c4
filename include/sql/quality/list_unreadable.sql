-- What could not be read in a load, as stewards see it: short and masked.
-- grain: one row per column and frequent raw value, those with most rows first
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
),

counted as (
    select
        given.key as column_name,
        given.value as raw_value,
        count(*) as found_rows
    from staged
    cross join lateral jsonb_each_text(staged.unreadable) as given (key, value)
    group by given.key, given.value
),

ranked as (
    select
        column_name,
        raw_value,
        sum(found_rows) over (partition by column_name) as column_rows,
        count(*) over (partition by column_name) as column_values,
        row_number() over (
            partition by column_name
            order by found_rows desc, raw_value asc
        ) as place
    from counted
)

select
    column_name,
    raw_value,
    column_rows,
    column_values
from ranked
where place <= :most
order by column_rows desc, column_name asc, place asc
