-- What a load of a target's results, or of their complaints, holds already.
-- grain: one row per staged row
-- reads: staging.call_result, staging.complaint
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
