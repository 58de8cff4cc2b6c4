-- Good rows that are new, or newer than what core holds and different.
-- grain: one row of counts; one row per key is written
-- reads: ops.load, quality.good_row, staging.complaint
-- writes: core.complaint
with loads as (
    select
        load_id,
        business_day,
        cast(:time_zone as text) as time_zone
    from ops.load
    where load_id = :load_id
),

good as (
    select
        loads.business_day,
        loads.time_zone,
        given.load_id,
        given.row_hash,
        given.version_at,
        given.store_code,
        given.complaint_no,
        given.task_key,
        given.received_at,
        given.source,
        given.level,
        given.owner_no,
        given.verdict,
        given.closed_at,
        given.description_cipher,
        given.description_hash,
        given.description_check
    from loads
    inner join staging.complaint as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

upserted as (
    insert into core.complaint as known (
        store_code,
        complaint_no,
        task_key,
        received_at,
        received_on,
        source,
        level,
        owner_no,
        verdict,
        closed_at,
        description_cipher,
        description_hash,
        description_check,
        row_hash,
        version_at,
        version_day,
        load_id
    )
    select
        good.store_code,
        good.complaint_no,
        good.task_key,
        good.received_at,
        cast(
            good.received_at at time zone good.time_zone
            as date
        ) as received_on,
        good.source,
        good.level,
        good.owner_no,
        good.verdict,
        good.closed_at,
        good.description_cipher,
        good.description_hash,
        good.description_check,
        good.row_hash,
        good.version_at,
        good.business_day,
        good.load_id
    from good
    order by good.store_code, good.complaint_no
    on conflict (store_code, complaint_no) do update
        set
            task_key = excluded.task_key,
            received_at = excluded.received_at,
            received_on = excluded.received_on,
            source = excluded.source,
            level = excluded.level,
            owner_no = excluded.owner_no,
            verdict = excluded.verdict,
            closed_at = excluded.closed_at,
            description_cipher = excluded.description_cipher,
            description_hash = excluded.description_hash,
            description_check = excluded.description_check,
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
