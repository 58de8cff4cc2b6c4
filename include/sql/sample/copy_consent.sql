-- grain: one row a consent
-- reads: the generator's rows, in the order of the columns
-- writes: tt_customer_authorization of the sample's dealer system
copy tt_customer_authorization (
    authorization_id,
    dealer_code,
    authorization_no,
    authorization_type,
    is_agreed,
    sign_date,
    sign_channel,
    vin,
    customer_name,
    mobile,
    updated_at
)
from stdin;
