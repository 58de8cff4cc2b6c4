-- Rows that go on: the newest of their key, and sound or let through by a
-- steward. Of several rows of one key the one decided last goes on.
-- grain: one row per row that goes on
-- reads: ops.load, quality.row_fact, quality.flag, quality.quarantine,
--     quality.standing
-- writes: quality.good_row
with facts as (
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
    inner join ops.load as loads on facts.load_id = loads.load_id
    inner join quality.quarantine as cases
        on
            loads.system = cases.system
            and loads.feed = cases.feed
            and facts.business_key = cases.business_key
            and facts.row_hash = cases.row_hash
    inner join quality.standing as standing
        on cases.case_id = standing.case_id
    where cases.state in ('released', 'waived')
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
