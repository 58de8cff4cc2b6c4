-- The rows of one load, protected, as pull hands them over.
-- grain: one row per row read
-- reads: nothing
-- writes: staging.call_result
copy staging.call_result (
    load_id,
    row_id,
    source_ref,
    row_hash,
    version_at,
    unreadable,
    store_code,
    task_key,
    attempt_no,
    called_at,
    outcome,
    caller_no,
    satisfaction,
    is_fault_cleared,
    is_next_service_told,
    is_complaint,
    is_do_not_call,
    remark_cipher,
    remark_hash,
    remark_check
)
from stdin with (format "binary")
