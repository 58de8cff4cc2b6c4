-- Cases about to be decided on, locked.
-- grain: one case
-- reads: quality.quarantine, ops.load
-- writes: nothing
with chosen as (
    select unnest(cast(:case_ids as bigint[])) as case_id
)

select
    held.case_id,
    held.system,
    held.feed,
    held.store_code,
    held.business_key,
    held.rule_ids,
    held.state,
    held.is_releasable,
    loads.business_day
from quality.quarantine as held
inner join ops.load as loads on held.load_id = loads.load_id
where
    held.case_id in (
        select chosen.case_id
        from chosen
    )
order by held.case_id
for update of held
