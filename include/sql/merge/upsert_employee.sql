-- Good rows that are new, or newer than what core holds and different.
-- grain: one row of counts; one row per key is written
-- reads: ops.load, quality.good_row, staging.employee
-- writes: core.assignment
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
        given.employee_no,
        given.store_code,
        given.role,
        given.valid_from,
        given.valid_to
    from loads
    inner join staging.employee as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

upserted as (
    insert into core.assignment as known (
        employee_no,
        store_code,
        role,
        valid_from,
        valid_to,
        row_hash,
        version_at,
        version_day,
        load_id
    )
    select
        good.employee_no,
        good.store_code,
        good.role,
        good.valid_from,
        good.valid_to,
        good.row_hash,
        good.version_at,
        good.business_day,
        good.load_id
    from good
    order by good.employee_no, good.store_code, good.role, good.valid_from
    on conflict (employee_no, store_code, role, valid_from) do update
        set
            valid_to = excluded.valid_to,
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
