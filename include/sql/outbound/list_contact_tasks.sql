-- A contact is rendered from the newest task for which somebody is to be
-- called; where there is none, nothing about the person leaves the house.
-- grain: one row per store and vehicle with an open task
-- reads: care.follow_up_task
-- writes: –
select distinct on (store_code, vin)
    task_key,
    store_code || '.' || vin as contact_key
from care.follow_up_task
where
    status = 'open'
    and store_code = any(cast(:store_codes as text[]))
    and vin = any(cast(:vins as text[]))
order by store_code asc, vin asc, expires_on desc, event_on desc, task_key desc
