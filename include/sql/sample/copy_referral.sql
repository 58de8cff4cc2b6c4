-- grain: one row a referral
-- reads: the generator's rows, in the order of the columns
-- writes: tt_customer_referral of the sample's dealer system
copy tt_customer_referral (
    referral_id,
    dealer_code,
    referral_no,
    referral_date,
    new_so_no,
    referrer_vin,
    referrer_name,
    referrer_mobile,
    updated_at
)
from stdin;
