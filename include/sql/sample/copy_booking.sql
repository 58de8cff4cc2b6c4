-- grain: one row a booking
-- reads: the generator's rows, in the order of the columns
-- writes: tt_booking_order of the sample's dealer system
copy tt_booking_order (
    booking_id,
    dealer_code,
    booking_order_no,
    booking_type,
    booking_order_status,
    create_time,
    booking_come_time,
    vin,
    updated_at
)
from stdin;
