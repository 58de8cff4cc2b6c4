-- grain: one row a version of a sales order
-- reads: the generator's rows, in the order of the columns
-- writes: tt_sales_order of the sample's dealer system
copy tt_sales_order (
    sales_order_id,
    dealer_code,
    so_no,
    is_valid,
    sales_type,
    usage_type,
    sign_date,
    invoice_date,
    delivery_time,
    vin,
    model_name,
    sales_consultant,
    customer_type,
    deal_price,
    license,
    customer_name,
    mobile,
    certificate_no,
    birthday,
    updated_at
)
from stdin;
