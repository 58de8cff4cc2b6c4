-- Of a contact about whom no task is open the newest complaint that is, to
-- render it from; where there is none, nothing of the person leaves the house.
-- grain: one row per store and vehicle with an open complaint
-- reads: core.complaint
-- writes: –
select distinct on (store_code, vin)
    store_code,
    complaint_no,
    store_code || '.' || vin as contact_key
from core.complaint
where
    store_code = any(cast(:store_codes as text[]))
    and vin = any(cast(:vins as text[]))
    and closed_at is null
    and not is_vanished
order by
    store_code asc,
    vin asc,
    received_at desc,
    complaint_no desc
