-- The planner must know what the night just wrote, of the columns by which
-- statements choose and join.
-- grain: –
-- reads: pg_temp.night_subject
-- writes: –
analyze night_subject (
    task_key,
    store_code,
    vin,
    event,
    document_kind,
    document_no,
    rule_no,
    problem,
    calendar
)
