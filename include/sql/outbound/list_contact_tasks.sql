-- A contact is rendered from the newest task for which somebody is to be
-- called; where there is none, nothing about the person leaves the house. A
-- lead has no vehicle and stands for itself.
-- grain: one row per store and vehicle, or lead, with an open task
-- reads: care.follow_up_task
-- writes: –
select distinct on (store_code, coalesce(vin, document_no))
    task_key,
    store_code || '.' || coalesce(vin, document_no) as contact_key
from care.follow_up_task
where
    status = 'open'
    and channel <> 'internal'
    and store_code = any(cast(:store_codes as text[]))
    and (
        vin = any(cast(:subjects as text[]))
        or (vin is null and document_no = any(cast(:subjects as text[])))
    )
order by
    store_code asc,
    coalesce(vin, document_no) asc,
    expires_on desc,
    event_on desc,
    task_key desc
