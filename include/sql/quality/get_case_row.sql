-- The source row of a case and the load that last held it.
-- grain: one case
-- reads: quality.quarantine, ops.load
-- writes: nothing
with held as (
    select *
    from quality.quarantine
    where case_id = :case_id
)

select
    held.source_row,
    loads.load_id,
    loads.business_day,
    loads.state as load_state,
    loads.pulled,
    loads.quarantined
from held
inner join ops.load as loads on held.load_id = loads.load_id
