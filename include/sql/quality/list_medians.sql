-- The middle value of columns of numbers in a load, where they are filled.
-- grain: one row per column
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

given as (
    select
        wanted.column_name,
        (staged.source_row ->> wanted.column_name)::numeric as amount
    from quality.staged_row as staged
    cross join unnest(cast(:columns as text[])) as wanted (column_name)
    where staged.load_id = (select loads.load_id from loads)
)

select
    given.column_name,
    percentile_disc(0.5) within group (order by given.amount) as median
from given
where given.amount is not null
group by given.column_name
order by given.column_name
