-- grain: one row
-- reads: –
-- writes: core.customer_decision
insert into core.customer_decision (
    action,
    kept_store_code,
    kept_document_no,
    kept_role,
    other_store_code,
    other_document_no,
    other_role,
    undone_id,
    reason,
    decided_by
)
values (
    :action,
    :kept_store_code,
    :kept_document_no,
    :kept_role,
    :other_store_code,
    :other_document_no,
    :other_role,
    :undone_id,
    :reason,
    :user_name
)
returning decision_id
