-- A call at no known time, before what it is about, or after the business day.
-- grain: one row per row that breaks CR04
-- reads: batch (see batch_call_result.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.called_at is null
    or batch.called_at < batch.event_start_at
    or batch.called_at >= batch.business_day_end
