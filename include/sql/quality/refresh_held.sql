-- What stewards decided about the rows that a load holds: a decision that
-- has lapsed, or that does not cover a new rule, opens the case again.
-- grain: one row per case of the load whose state changes
-- reads: ops.load, quality.flag, quality.row_fact, quality.standing
-- writes: quality.quarantine
with loads as (
    select *
    from ops.load
    where load_id = :load_id
),

held as (
    select distinct
        loads.business_day,
        facts.business_key,
        facts.row_hash
    from quality.flag as flags
    inner join loads on flags.load_id = loads.load_id
    inner join quality.row_fact as facts
        on
            flags.load_id = facts.load_id
            and flags.row_id = facts.row_id
    where flags.severity = 'critical'
),

-- Cases of this system and feed alone: scalars, so that the planner knows.
known as (
    select *
    from quality.quarantine
    where
        system = (select loads.system from loads)
        and feed = (select loads.feed from loads)
),

decided as (
    select
        known.case_id,
        held.business_day,
        case
            when standing.free_until >= held.business_day then standing.state
            else 'open'
        end as state
    from held
    inner join known
        on
            held.business_key = known.business_key
            and held.row_hash = known.row_hash
    inner join quality.standing as standing
        on known.case_id = standing.case_id
)

update quality.quarantine as cases
set
    state = decided.state,
    -- Of an older day's load: whether it holds for the newest is decided there.
    is_waiting = cases.load_id <> :load_id,
    closed_day = case
        when decided.state <> 'open'
            then coalesce(cases.closed_day, decided.business_day)
    end
from decided
where
    cases.case_id = decided.case_id
    and cases.state not in ('resent', decided.state)
