-- What a load of what we were told holds already: of results, complaints,
-- numbers or preferences.
-- grain: one row per staged row
-- reads: staging.call_result, staging.complaint, staging.contact_number,
--   staging.preference
-- writes: –
select
    row_id,
    row_hash
from staging.call_result
where load_id = :load_id
union all
select
    row_id,
    row_hash
from staging.complaint
where load_id = :load_id
union all
select
    row_id,
    row_hash
from staging.contact_number
where load_id = :load_id
union all
select
    row_id,
    row_hash
from staging.preference
where load_id = :load_id
