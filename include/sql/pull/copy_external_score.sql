-- The rows of one load, protected, as pull hands them over.
-- grain: one row per row read
-- reads: nothing
-- writes: staging.external_score
copy staging.external_score (
    load_id,
    row_id,
    source_ref,
    row_hash,
    version_at,
    unreadable,
    store_code,
    employee_no,
    month,
    metric,
    scale,
    value
)
from stdin with (format "binary")
