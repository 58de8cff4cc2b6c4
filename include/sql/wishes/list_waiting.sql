-- Wishes as they stood at the end of a business day, which no night read so.
-- One that begins later waits for the eve of its first day, so one that was
-- taken back before never held.
-- grain: one row per wish
-- reads: care.wish
-- writes: –
with night as (
    select
        cast(:day as date) as day,
        cast(:window_end as timestamptz) as window_end
),

standing as (
    select
        w.wish_no,
        case when w.ended_at < night.window_end then w.ended_at end as ended_at,
        case when w.ended_at < night.window_end then w.ended_on end as ended_on
    from night
    inner join care.wish as w
        on
            w.read_on is null
            and night.window_end > w.entered_at
            and night.day + 1 >= w.valid_from
)

select
    w.preference_no,
    w.store_code,
    w.vin,
    w.customer_phone_cipher,
    w.kind,
    w.about,
    w.stopped_contact,
    w.preferred_channel,
    w.preferred_slot,
    w.valid_from,
    w.service_on,
    w.reason_cipher,
    least(w.valid_until, s.ended_on) as valid_until,
    coalesce(s.ended_at, w.entered_at) as version_at
from standing as s
inner join care.wish as w on s.wish_no = w.wish_no
where coalesce(s.ended_on >= w.valid_from, true)
order by w.wish_no
