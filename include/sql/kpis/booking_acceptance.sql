-- Booking acceptance: visits that the store took, of those that customers
-- asked for. A booking belongs to the month of the day for which it was asked,
-- which is always known; when it was typed in is not. What was taken and came
-- to nothing was taken all the same. Who gave up before there was an answer is
-- excluded; where there was none until the end, nobody took it.
-- grain: one row per booking asked for a day of the month
-- reads: core.booking
-- writes: nothing
with
asked as (
    select
        store_code,
        booking_no,
        booked_on,
        status
    from core.booking
    where
        booked_on between :first_day and :last_day
        and (not is_vanished or vanished_day > :closing_on)
)

select
    store_code,
    booked_on as counted_on,
    'booking' as row_kind,
    store_code || '|' || booking_no as row_key,
    status in ('booked', 'kept', 'cancelled', 'no_show') as is_numerator,
    status = 'withdrawn' as is_excluded,
    case status
        when 'refused' then 'booking_refused'
        when 'requested' then 'booking_unanswered'
        when 'withdrawn' then 'booking_withdrawn'
        else 'booking_accepted'
    end as reason
from asked
