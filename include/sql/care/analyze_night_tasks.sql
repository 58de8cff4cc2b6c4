-- The columns by which statements choose and join; there are sixty.
-- grain: –
-- reads: pg_temp.night_task
-- writes: –
analyze night_task (
    task_key, store_code, vin, event, document_kind, document_no, status
)
