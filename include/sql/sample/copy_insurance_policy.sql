-- grain: one row an insurance policy
-- reads: the generator's rows, in the order of the columns
-- writes: tt_insurance_policy of the sample's dealer system
copy tt_insurance_policy (
    insurance_id,
    dealer_code,
    policy_no,
    insurance_type,
    policy_status,
    begin_date,
    end_date,
    last_policy_no,
    vin,
    insure_company,
    is_new_car,
    operator_no,
    premium,
    insured_name,
    insured_mobile,
    updated_at
)
from stdin;
