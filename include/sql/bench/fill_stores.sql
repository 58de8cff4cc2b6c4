-- The stores of a made-up group.
-- grain: one row per store
-- reads: nothing
-- writes: core.store
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:day as date) as day,
        cast(:stores as integer) as stores
)

insert into core.store (
    store_code,
    system,
    name,
    brand,
    row_hash,
    version_at,
    version_day,
    load_id
)
select
    'CA' || lpad(cast(numbers.number as text), 3, '0') as store_code,
    'heyuan_dms' as system,
    '和远第' || numbers.number || '店' as name,
    case when numbers.number % 2 = 0 then 'CHANGAN' else 'SKODA' end as brand,
    substr(sha256(cast(cast(numbers.number as text) as bytea)), 1, 16)
        as row_hash,
    given.day as version_at,
    given.day as version_day,
    given.load_id
from given
cross join generate_series(0, given.stores - 1) as numbers (number)
