-- The rows of one load, protected, as pull hands them over.
-- grain: one row per row read
-- reads: nothing
-- writes: staging.employee
copy staging.employee (
    load_id,
    row_id,
    source_ref,
    row_hash,
    version_at,
    unreadable,
    employee_no,
    name,
    store_code,
    role,
    valid_from,
    valid_to,
    mobile_cipher,
    mobile_hash,
    mobile_check,
    email_cipher,
    email_hash,
    email_check
)
from stdin with (format "binary")
