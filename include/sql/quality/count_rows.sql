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

flagged as (
    select distinct row_id
    from quality.flag
    where
        load_id = :load_id
        and severity = 'critical'
),

-- Cases of this system and feed alone: scalars, so that the planner knows.
cases as (
    select
        business_key,
        row_hash,
        state
    from quality.quarantine
    where
        system = (select loads.system from loads)
        and feed = (select loads.feed from loads)
),

held as materialized (
    select
        facts.row_id,
        cases.state
    from flagged
    inner join quality.row_fact as facts on flagged.row_id = facts.row_id
    inner join loads on facts.load_id = loads.load_id
    inner join cases
        on
            facts.business_key = cases.business_key
            and facts.row_hash = cases.row_hash
),

facts as (
    select
        row_id,
        version_state
    from quality.row_fact
    where load_id = :load_id
),

good as (
    select row_id
    from quality.good_row
    where load_id = :load_id
),

placed as (
    select
        facts.version_state,
        good.row_id is not null as is_good,
        coalesce(held.state not in ('released', 'waived'), false) as is_held,
        (
            coalesce(held.state in ('released', 'waived'), false)
            and good.row_id is null
        ) as is_passed_over
    from facts
    left join good on facts.row_id = good.row_id
    left join held on facts.row_id = held.row_id
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
