-- Rows that go on: the newest of their key, and sound or let through by a
-- steward. Of several rows of one key the one decided last goes on.
-- grain: one row per row that goes on
-- reads: ops.load, quality.row_fact, quality.flag, quality.quarantine,
--     quality.standing
-- writes: quality.good_row
with loads as (
    select *
    from ops.load
    where load_id = :load_id
),

-- Cases of this system and feed alone: scalars, so that the planner knows.
cases as (
    select *
    from quality.quarantine
    where
        system = (select loads.system from loads)
        and feed = (select loads.feed from loads)
        and state in ('released', 'waived')
),

facts as (
    select *
    from quality.row_fact
    where
        load_id = :load_id
        and version_state = 'newest'
        and is_complete
),

held as (
    select distinct row_id
    from quality.flag
    where
        load_id = :load_id
        and severity = 'critical'
),

let_through as (
    select
        facts.row_id,
        standing.decision_id
    from facts
    inner join held on facts.row_id = held.row_id
    inner join cases
        on
            facts.business_key = cases.business_key
            and facts.row_hash = cases.row_hash
    inner join quality.standing as standing
        on cases.case_id = standing.case_id
),

ranked as (
    select
        facts.load_id,
        facts.row_id,
        row_number() over (
            partition by facts.business_key
            order by let_through.decision_id desc nulls last, facts.row_id asc
        ) as place
    from facts
    left join held on facts.row_id = held.row_id
    left join let_through on facts.row_id = let_through.row_id
    where
        held.row_id is null
        or let_through.row_id is not null
)

insert into quality.good_row (
    load_id,
    row_id
)
select
    load_id,
    row_id
from ranked
where place = 1
