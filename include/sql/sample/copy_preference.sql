-- grain: one row a preference
-- reads: the generator's rows, in the order of the columns
-- writes: tt_contact_preference of the sample's dealer system
copy tt_contact_preference (
    preference_id,
    dealer_code,
    preference_no,
    preference_type,
    contact_way,
    contact_time,
    stop_way,
    remind_type,
    begin_date,
    end_date,
    service_date,
    reason,
    vin,
    customer_name,
    mobile,
    updated_at
)
from stdin;
