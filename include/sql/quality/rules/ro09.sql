-- A repair order that was opened at no known time, or after the business day.
-- grain: one row per row that breaks RO09
-- reads: batch (see batch_repair_order.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.opened_at is null
    or batch.opened_at >= batch.business_day_end
