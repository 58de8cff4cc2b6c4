-- grain: one row per result of a load
-- reads: staging.call_result
-- writes: –
select
    row_id,
    row_hash
from staging.call_result
where load_id = :load_id
