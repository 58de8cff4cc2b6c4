-- Good rows that are new, or newer than what core holds and different.
-- grain: one row of counts; one row per key is written
-- reads: ops.load, quality.good_row, staging.external_score
-- writes: core.external_score
with loads as (
    select
        load_id,
        business_day
    from ops.load
    where load_id = :load_id
),

good as (
    select
        loads.business_day,
        given.load_id,
        given.row_hash,
        given.version_at,
        given.store_code,
        given.employee_no,
        given.month,
        given.metric,
        given.scale,
        given.value
    from loads
    inner join staging.external_score as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

upserted as (
    insert into core.external_score as known (
        store_code,
        employee_no,
        month,
        metric,
        scale,
        value,
        row_hash,
        version_at,
        version_day,
        load_id
    )
    select
        good.store_code,
        coalesce(good.employee_no, '') as employee_no,
        good.month,
        good.metric,
        good.scale,
        good.value,
        good.row_hash,
        good.version_at,
        good.business_day,
        good.load_id
    from good
    order by good.store_code, good.employee_no, good.month, good.metric
    on conflict (store_code, employee_no, month, metric) do update
        set
            scale = excluded.scale,
            value = excluded.value,
            row_hash = excluded.row_hash,
            version_at = excluded.version_at,
            version_day = excluded.version_day,
            load_id = excluded.load_id
        where
        known.row_hash <> excluded.row_hash
        and (known.version_at, known.version_day)
        <= (excluded.version_at, excluded.version_day)
    returning known.load_id
)

select count(*) as promoted
from upserted
