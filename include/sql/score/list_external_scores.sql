-- A metric is the same however it is written (SQS, sqs): of several rows of it
-- the newest version counts.
-- grain: one row per store or employee, and metric
-- reads: core.external_score
-- writes: nothing
with given as (
    select
        store_code,
        employee_no,
        metric,
        scale,
        value,
        version_at,
        version_day,
        load_id,
        upper(
            regexp_replace(btrim(normalize(metric, nfkc)), '\s+', ' ', 'g')
        ) as metric_key
    from core.external_score
    where
        month = :month
        and store_code = any(:stores)
)

select distinct on (store_code, employee_no, metric_key)
    store_code,
    employee_no,
    metric,
    metric_key,
    scale,
    value
from given
order by
    store_code asc,
    employee_no asc,
    metric_key asc,
    version_at desc,
    version_day desc,
    load_id desc,
    metric asc
