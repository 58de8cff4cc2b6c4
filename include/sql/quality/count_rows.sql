-- Where the rows of a load went; the parts add up to all rows. A row that
-- was let through beside another of its key counts as stale.
-- grain: one load
-- reads: ops.load, quality.row_fact, quality.flag, quality.quarantine,
--     quality.good_row
-- writes: nothing
with loads as (
    select *
    from ops.load
    where load_id = :load_id
),

held as (
    select distinct
        load_id,
        row_id
    from quality.flag
    where
        load_id = :load_id
        and severity = 'critical'
),

placed as (
    select
        facts.version_state,
        good.row_id is not null as is_good,
        (
            held.row_id is not null
            and cases.state not in ('released', 'waived')
        ) as is_held,
        (
            held.row_id is not null
            and cases.state in ('released', 'waived')
            and good.row_id is null
        ) as is_passed_over
    from quality.row_fact as facts
    inner join loads on facts.load_id = loads.load_id
    left join quality.good_row as good
        on
            facts.load_id = good.load_id
            and facts.row_id = good.row_id
    left join held
        on
            facts.load_id = held.load_id
            and facts.row_id = held.row_id
    left join quality.quarantine as cases
        on
            loads.system = cases.system
            and loads.feed = cases.feed
            and facts.business_key = cases.business_key
            and facts.row_hash = cases.row_hash
)

select
    count(*) as pulled,
    count(*) filter (where version_state = 'newest') as judged,
    count(*) filter (where version_state = 'collapsed') as collapsed,
    count(*) filter (where version_state = 'stale' or is_passed_over) as stale,
    count(*) filter (where version_state = 'newest' and is_held)
        as quarantined,
    count(*) filter (where is_good) as good
from placed
