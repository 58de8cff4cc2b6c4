-- Good rows that are new, or newer than what core holds and different.
-- grain: one row of counts; one row per key is written
-- reads: ops.load, quality.good_row, staging.store
-- writes: core.store
with loads as (
    select
        load_id,
        system,
        business_day
    from ops.load
    where load_id = :load_id
),

good as (
    select
        loads.system,
        loads.business_day,
        given.load_id,
        given.row_hash,
        given.version_at,
        given.store_code,
        given.name,
        given.brand,
        given.region,
        given.city,
        given.opened_on,
        given.closed_on
    from loads
    inner join staging.store as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

upserted as (
    insert into core.store as known (
        store_code,
        system,
        name,
        brand,
        region,
        city,
        opened_on,
        closed_on,
        row_hash,
        version_at,
        version_day,
        load_id
    )
    select
        good.store_code,
        good.system,
        good.name,
        good.brand,
        good.region,
        good.city,
        good.opened_on,
        good.closed_on,
        good.row_hash,
        good.version_at,
        good.business_day,
        good.load_id
    from good
    order by good.store_code
    on conflict (store_code) do update
        set
            system = excluded.system,
            name = excluded.name,
            brand = excluded.brand,
            region = excluded.region,
            city = excluded.city,
            opened_on = excluded.opened_on,
            closed_on = excluded.closed_on,
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
