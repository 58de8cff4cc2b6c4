-- Each vehicle of the fleet was sold once, and of half of the people who bought
-- one the birthday is known. What is hashed is hashed as the night hashes it
-- (HMAC of SHA-256), so that owners stay the same.
-- grain: one row per vehicle
-- reads: bench_vehicle, core.store
-- writes: core.sales_order
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:day as date) as day,
        cast(:name_cipher as bytea) as name_cipher,
        cast(:phone_cipher as bytea) as phone_cipher,
        cast(:birthday_cipher as bytea) as birthday_cipher,
        cast(:hash_head as bytea) as hash_head,
        cast(:hash_inner as bytea) as hash_inner,
        cast(:hash_outer as bytea) as hash_outer
),

sold as (
    select
        vehicles.*,
        given.load_id,
        given.day,
        given.name_cipher,
        given.phone_cipher,
        given.birthday_cipher,
        given.day - (vehicles.number / 400) % 2000 as delivered_on,
        bench_hash(
            vehicles.owner_name,
            given.hash_head,
            given.hash_inner,
            given.hash_outer
        ) as name_hash,
        bench_hash(
            vehicles.owner_phone,
            given.hash_head,
            given.hash_inner,
            given.hash_outer
        ) as phone_hash,
        case
            when
                not vehicles.is_company
                and bench_draw('tells birthday ' || vehicles.number, 2) = 0
                then bench_hash(
                    (
                        date '1950-01-01'
                        + bench_draw('born ' || vehicles.number, 18000)
                    )::text,
                    given.hash_head,
                    given.hash_inner,
                    given.hash_outer
                )
        end as birthday_hash
    from given
    cross join bench_vehicle as vehicles
)

insert into core.sales_order (
    store_code,
    order_no,
    status,
    sale_type,
    usage,
    signed_on,
    invoiced_on,
    delivered_at,
    delivered_on,
    vin,
    model,
    customer_kind,
    customer_name_cipher,
    customer_name_hash,
    customer_name_check,
    customer_phone_cipher,
    customer_phone_hash,
    customer_phone_check,
    birthday_cipher,
    birthday_hash,
    birthday_check,
    row_hash,
    version_at,
    version_day,
    load_id,
    row_id
)
select
    sold.store_code,
    'SO' || lpad((sold.number)::text, 8, '0') as order_no,
    'active' as status,
    'new' as sale_type,
    'private' as usage,
    sold.delivered_on - 7 as signed_on,
    sold.delivered_on - 1 as invoiced_on,
    sold.delivered_on + time '04:00' as delivered_at,
    sold.delivered_on,
    sold.vin,
    sold.model,
    case
        when sold.is_company then 'company'
        else 'person'
    end as customer_kind,
    sold.name_cipher as customer_name_cipher,
    sold.name_hash as customer_name_hash,
    'valid' as customer_name_check,
    sold.phone_cipher as customer_phone_cipher,
    sold.phone_hash as customer_phone_hash,
    'valid' as customer_phone_check,
    case
        when sold.birthday_hash is not null then sold.birthday_cipher
    end as birthday_cipher,
    sold.birthday_hash,
    case
        when sold.birthday_hash is not null then 'valid' else 'missing'
    end as birthday_check,
    substr(sold.phone_hash, 1, 16) as row_hash,
    sold.delivered_on as version_at,
    sold.delivered_on as version_day,
    sold.load_id,
    sold.number as row_id
from sold
