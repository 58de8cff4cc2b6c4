-- Wishes that somebody entered: one, or those about a vehicle or a task, or all
-- that are in force on a day or later; the newest first.
-- grain: one row per wish
-- reads: care.wish
-- writes: –
with asked as (
    select
        cast(:wish_no as integer) as wish_no,
        cast(:vin as text) as vin,
        cast(:task_key as text) as task_key,
        cast(:since as date) as since,
        cast(:store_codes as text[]) as store_codes
)

select
    w.wish_no,
    w.store_code,
    w.task_key,
    w.kind,
    w.about,
    w.stopped_contact,
    w.preferred_channel,
    w.preferred_slot,
    w.valid_from,
    w.valid_until,
    w.service_on,
    w.reason_cipher,
    w.said_by,
    w.entered_by,
    w.entered_at,
    w.ended_by,
    w.ended_at,
    w.ended_on,
    w.read_on,
    repeat('*', length(w.vin) - least(4, length(w.vin) / 4))
    || right(w.vin, least(4, length(w.vin) / 4)) as vin_masked
from asked
inner join care.wish as w
    on
        w.wish_no = coalesce(asked.wish_no, w.wish_no)
        and (asked.vin is null or asked.vin = w.vin)
        and (asked.task_key is null or asked.task_key = w.task_key)
        and (
            asked.since is null
            or least(w.valid_until, w.ended_on) is null
            or asked.since <= least(w.valid_until, w.ended_on)
        )
        and (
            asked.store_codes is null or w.store_code = any(asked.store_codes)
        )
order by w.entered_at desc, w.wish_no desc
