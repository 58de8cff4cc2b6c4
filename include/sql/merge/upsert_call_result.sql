-- Good rows that are new, or newer than what core holds and different.
-- grain: one row of counts; one row per key is written
-- reads: ops.load, quality.good_row, staging.call_result, care.follow_up_task
-- writes: core.call_result
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
        given.task_key,
        given.attempt_no,
        given.called_at,
        given.outcome,
        given.caller_no,
        given.satisfaction,
        given.is_fault_cleared,
        given.is_next_service_told,
        given.is_complaint,
        given.is_do_not_call,
        given.remark_cipher,
        given.remark_hash,
        given.remark_check
    from loads
    inner join staging.call_result as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

upserted as (
    insert into core.call_result as known (
        store_code,
        task_key,
        attempt_no,
        called_at,
        called_on,
        outcome,
        caller_no,
        satisfaction,
        is_fault_cleared,
        is_next_service_told,
        is_complaint,
        is_do_not_call,
        remark_cipher,
        remark_hash,
        remark_check,
        row_hash,
        version_at,
        version_day,
        load_id
    )
    select
        coalesce(good.store_code, follow_ups.store_code) as store_code,
        good.task_key,
        good.attempt_no,
        good.called_at,
        cast(
            good.called_at at time zone good.time_zone
            as date
        ) as called_on,
        good.outcome,
        good.caller_no,
        good.satisfaction,
        good.is_fault_cleared,
        good.is_next_service_told,
        coalesce(good.is_complaint, false) as is_complaint,
        coalesce(good.is_do_not_call, false) as is_do_not_call,
        good.remark_cipher,
        good.remark_hash,
        good.remark_check,
        good.row_hash,
        good.version_at,
        good.business_day,
        good.load_id
    from good
    left join care.follow_up_task as follow_ups
        on good.task_key = follow_ups.task_key
    order by good.task_key, good.attempt_no
    on conflict (task_key, attempt_no) do update
        set
            store_code = excluded.store_code,
            called_at = excluded.called_at,
            called_on = excluded.called_on,
            outcome = excluded.outcome,
            caller_no = excluded.caller_no,
            satisfaction = excluded.satisfaction,
            is_fault_cleared = excluded.is_fault_cleared,
            is_next_service_told = excluded.is_next_service_told,
            is_complaint = excluded.is_complaint,
            is_do_not_call = excluded.is_do_not_call,
            remark_cipher = excluded.remark_cipher,
            remark_hash = excluded.remark_hash,
            remark_check = excluded.remark_check,
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
