-- The rows of one load, protected, as pull hands them over.
-- grain: one row per row read
-- reads: nothing
-- writes: staging.complaint
copy staging.complaint (
    load_id,
    row_id,
    source_ref,
    row_hash,
    version_at,
    unreadable,
    store_code,
    complaint_no,
    task_key,
    received_at,
    source,
    level,
    owner_no,
    verdict,
    closed_at,
    description_cipher,
    description_hash,
    description_check
)
from stdin with (format "binary")
