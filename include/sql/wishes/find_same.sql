-- A wish that was entered just so and was not ended.
-- grain: at most one row
-- reads: care.wish
-- writes: –
select w.wish_no
from care.wish as w
where
    w.store_code = :store_code -- noqa: RF02
    and w.task_key is not distinct from cast(:task_key as text)
    and w.vin is not distinct from cast(:vin as text)
    and w.kind = :kind -- noqa: RF02
    and w.about = :about -- noqa: RF02
    and w.stopped_contact is not distinct from cast(:stopped_contact as text)
    and w.preferred_channel
    is not distinct from cast(:preferred_channel as text)
    and w.preferred_slot is not distinct from cast(:preferred_slot as text)
    and w.valid_until is not distinct from cast(:valid_until as date)
    and w.service_on is not distinct from cast(:service_on as date)
    and w.reason_hash = :reason_hash -- noqa: RF02
    and w.said_by = :said_by -- noqa: RF02
    and w.valid_from <= cast(:valid_from as date)
    and w.ended_on is null
order by w.wish_no
limit 1
