-- A wish that does not say what is wanted.
-- grain: one row per row that breaks PR11
-- reads: batch (see batch_preference.sql)
-- writes: nothing
select batch.row_id
from batch
where
    (
        batch.kind = 'channel'
        and batch.preferred_channel is null
        and batch.preferred_slot is null
    )
    or (batch.kind = 'stop' and batch.stopped_contact is null)
    or (batch.kind = 'service_day' and batch.service_on is null)
