-- The rows of one load, protected, as pull hands them over.
-- grain: one row per row read
-- reads: nothing
-- writes: staging.store
copy staging.store (
    load_id,
    row_id,
    source_ref,
    row_hash,
    version_at,
    unreadable,
    store_code,
    name,
    brand,
    region,
    city,
    opened_on,
    closed_on
)
from stdin with (format "binary")
