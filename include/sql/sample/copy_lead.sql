-- grain: one row a lead
-- reads: the generator's rows, in the order of the columns
-- writes: tt_potential_customer of the sample's dealer system
copy tt_potential_customer (
    potential_id,
    dealer_code,
    potential_customer_no,
    intent_status,
    create_date,
    defeat_date,
    defeat_reason,
    customer_source,
    intent_model,
    sales_consultant,
    customer_name,
    mobile,
    updated_at
)
from stdin;
