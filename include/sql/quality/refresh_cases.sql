-- Brings the state of cases to what was decided about them.
-- grain: one case
-- reads: quality.standing
-- writes: quality.quarantine
with decided as (
    select
        standing.case_id,
        cast(:today as date) as today,
        case
            when standing.free_until >= cast(:today as date)
                then standing.state
            else 'open'
        end as state
    from quality.standing as standing
    where standing.case_id = any(cast(:case_ids as bigint[]))
)

update quality.quarantine as held
set
    state = decided.state,
    is_waiting = decided.state <> 'open',
    closed_day = case when decided.state <> 'open' then decided.today end
from decided
where held.case_id = decided.case_id
returning held.case_id, held.state
