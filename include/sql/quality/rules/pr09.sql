-- What keeps us from calling or moves a service needs a reason.
-- grain: one row per row that breaks PR09
-- reads: batch (see batch_preference.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.kind in ('pause', 'stop', 'service_day')
    and batch.reason_check = 'missing'
