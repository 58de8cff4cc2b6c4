-- A wish of somebody who is known neither by a vehicle nor by a phone.
-- grain: one row per row that breaks PR04
-- reads: batch (see batch_preference.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.vin_check not in ('valid', 'check_digit')
    and batch.customer_phone_check <> 'valid'
