-- What the rules need to know of each row of a load, beside its own columns.
-- grain: one row per staging row of the load
-- reads: staging.store, ops.load
-- writes: quality.row_fact
with loads as (
    select
        load_id,
        cast(:brands as text[]) as brands,
        cast(:stores as text[]) as stores,
        cast(business_day + 1 as timestamp)
        at time zone :time_zone as business_day_end
    from ops.load
    where load_id = :load_id
)

insert into quality.row_fact (
    load_id,
    row_id,
    row_hash,
    version_at,
    business_day_end,
    business_key,
    is_key_complete,
    is_complete,
    has_pack
)
select
    given.load_id,
    given.row_id,
    given.row_hash,
    given.version_at,
    loads.business_day_end,
    coalesce(cast(given.store_code as text), '') as business_key,
    num_nulls(given.store_code) = 0 as is_key_complete,
    num_nulls(given.store_code, given.name, given.brand) = 0 as is_complete,
    coalesce(
        given.brand is not null
        and (
            given.brand = any(loads.brands)
            or given.store_code = any(loads.stores)
        ),
        false
    ) as has_pack
from staging.store as given
inner join loads on given.load_id = loads.load_id
