-- What the rules need to know of each row of a load, beside its own columns.
-- grain: one row per staging row of the load
-- reads: staging.employee, ops.load, core.store, staging.store,
--     quality.good_row
-- writes: quality.row_fact
with loads as (
    select
        loaded.load_id,
        loaded.business_day,
        cast(loaded.business_day + 1 as timestamp)
        at time zone :time_zone as business_day_end
    from ops.load as loaded
    where loaded.load_id = :load_id
),

known_stores as (
    select store.store_code
    from core.store as store
    union
    select store.store_code
    from staging.store as store
    inner join quality.good_row as good_row
        on
            store.load_id = good_row.load_id
            and store.row_id = good_row.row_id
    inner join ops.load as loaded on store.load_id = loaded.load_id
    where loaded.business_day = (select loads.business_day from loads)
),

facts as (
    select
        given.load_id,
        given.row_id,
        given.row_hash,
        given.version_at,
        loads.business_day_end,
        concat_ws(
            '|',
            coalesce(cast(given.employee_no as text), ''),
            coalesce(cast(given.store_code as text), ''),
            coalesce(cast(given.role as text), ''),
            coalesce(cast(given.valid_from as text), '')
        ) as business_key,
        num_nulls(
            given.employee_no,
            given.store_code,
            given.role,
            given.valid_from
        ) = 0 as is_key_complete,
        num_nulls(
            given.employee_no,
            given.store_code,
            given.role,
            given.valid_from,
            given.name
        ) = 0
        and known_stores.store_code is not null as is_complete,
        known_stores.store_code is not null as is_store_known
    from staging.employee as given
    inner join loads on given.load_id = loads.load_id
    left join known_stores on given.store_code = known_stores.store_code
)

insert into quality.row_fact (
    load_id,
    row_id,
    business_key,
    is_key_complete,
    row_hash,
    version_at,
    is_complete,
    business_day_end,
    is_store_known
)
select
    facts.load_id,
    facts.row_id,
    facts.business_key,
    facts.is_key_complete,
    facts.row_hash,
    facts.version_at,
    facts.is_complete,
    facts.business_day_end,
    facts.is_store_known
from facts
