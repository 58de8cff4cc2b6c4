-- Values of one column in the rows that break a rule of a load.
-- grain: one row per value, the most frequent first
-- reads: ops.load, quality.flag, quality.staged_row
-- writes: nothing
with loads as (
    select load_id
    from ops.load
    where
        system = :system
        and feed = :feed
        and business_day = :day
),

flagged as (
    select row_id
    from quality.flag
    where
        load_id = (select loads.load_id from loads)
        and rule_id = :rule_id
)

select
    staged.source_row ->> :column_name as given, -- noqa: RF02
    count(*) as found_rows
from flagged
inner join quality.staged_row as staged
    on
        staged.load_id = (select loads.load_id from loads)
        and flagged.row_id = staged.row_id
group by staged.source_row ->> :column_name -- noqa: RF02
order by found_rows desc, given asc
limit :most
