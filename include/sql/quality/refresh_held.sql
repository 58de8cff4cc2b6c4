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
        loads.system,
        loads.feed,
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

decided as (
    select
        cases.case_id,
        held.business_day,
        case
            when standing.free_until >= held.business_day then standing.state
            else 'open'
        end as state
    from held
    inner join quality.quarantine as cases
        on
            held.system = cases.system
            and held.feed = cases.feed
            and held.business_key = cases.business_key
            and held.row_hash = cases.row_hash
    inner join quality.standing as standing
        on cases.case_id = standing.case_id
)

update quality.quarantine as cases
set
    state = decided.state,
    closed_day = case
        when decided.state <> 'open'
            then coalesce(cases.closed_day, decided.business_day)
    end
from decided
where
    cases.case_id = decided.case_id
    and cases.state not in ('resent', decided.state)
