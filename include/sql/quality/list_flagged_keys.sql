-- Some rows that break each rule of a load, by their business key.
-- grain: one row per rule and key
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

numbered as (
    select
        rule_id,
        row_id,
        row_number() over (partition by rule_id order by row_id) as place
    from quality.flag
    where load_id = (select loads.load_id from loads)
),

named as (
    select distinct
        numbered.rule_id,
        staged.source_row ->> :key_column as business_key -- noqa: RF02
    from numbered
    inner join quality.staged_row as staged
        on
            staged.load_id = (select loads.load_id from loads)
            and numbered.row_id = staged.row_id
    where numbered.place <= :most -- noqa: RF02
)

select
    rule_id,
    business_key
from named
where business_key is not null
order by rule_id asc, business_key asc
