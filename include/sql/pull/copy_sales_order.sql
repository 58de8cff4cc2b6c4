-- The rows of one load, protected, as pull hands them over.
-- grain: one row per row read
-- reads: nothing
-- writes: staging.sales_order
copy staging.sales_order (
    load_id,
    row_id,
    source_ref,
    row_hash,
    version_at,
    unreadable,
    store_code,
    order_no,
    status,
    sale_type,
    usage,
    signed_on,
    invoiced_on,
    delivered_at,
    vin,
    vin_check,
    model,
    sales_consultant_no,
    customer_kind,
    price,
    plate_cipher,
    plate_hash,
    plate_check,
    customer_name_cipher,
    customer_name_hash,
    customer_name_check,
    customer_phone_cipher,
    customer_phone_hash,
    customer_phone_check,
    customer_id_no_cipher,
    customer_id_no_hash,
    customer_id_no_check,
    birthday_cipher,
    birthday_hash,
    birthday_check
)
from stdin with (format "binary")
