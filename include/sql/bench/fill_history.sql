-- A made-up history in core, from orders as the dealer system writes them. Of
-- the orders that the night brings, every fifth is known already, in an older
-- version. Contact data has one cipher for all; names and phones are hashed as
-- the night hashes them (HMAC of SHA-256), so that people stay the same. No
-- car was maintained before it was sold, as `fill_sales` says when: such a car
-- would be a used one.
-- grain: one row per repair order
-- reads: tt_repair_order
-- writes: core.repair_order
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:day as date) as day,
        cast(:night_rows as integer) as night_rows,
        cast(:time_zone as text) as time_zone,
        cast(:name_cipher as bytea) as name_cipher,
        cast(:phone_cipher as bytea) as phone_cipher,
        cast(:plate_cipher as bytea) as plate_cipher,
        cast(:hash_head as bytea) as hash_head,
        cast(:hash_inner as bytea) as hash_inner,
        cast(:hash_outer as bytea) as hash_outer
),

orders as (
    select
        tt_repair_order.*,
        given.load_id,
        given.day,
        given.time_zone,
        given.name_cipher,
        given.phone_cipher,
        given.plate_cipher,
        to_timestamp(tt_repair_order.ro_create_date, 'YYYY/MM/DD HH24:MI')
        at time zone 'UTC'
        at time zone given.time_zone as opened_at,
        to_timestamp(tt_repair_order.delivery_date, 'YYYY/MM/DD HH24:MI')
        at time zone 'UTC'
        at time zone given.time_zone as delivered_at,
        sha256((tt_repair_order.ro_id)::text::bytea) as order_code,
        bench_hash(
            tt_repair_order.deliverer,
            given.hash_head,
            given.hash_inner,
            given.hash_outer
        ) as deliverer_code,
        bench_hash(
            tt_repair_order.owner_name,
            given.hash_head,
            given.hash_inner,
            given.hash_outer
        ) as owner_code,
        bench_hash(
            tt_repair_order.owner_mobile,
            given.hash_head,
            given.hash_inner,
            given.hash_outer
        ) as owner_phone_code,
        bench_hash(
            tt_repair_order.deliverer_mobile,
            given.hash_head,
            given.hash_inner,
            given.hash_outer
        ) as deliverer_phone_code
    from given
    cross join tt_repair_order
    where
        tt_repair_order.ro_id > given.night_rows
        or tt_repair_order.ro_id % 5 = 0
)

insert into core.repair_order (
    store_code,
    ro_no,
    settlement_no,
    ro_type,
    repair_type,
    status,
    opened_at,
    completed_at,
    settled_at,
    delivered_at,
    exit_on,
    odometer_in_km,
    odometer_out_km,
    is_odometer_replaced,
    vin,
    model,
    service_advisor_no,
    technician_no,
    owner_kind,
    amount,
    plate_cipher,
    plate_hash,
    plate_check,
    deliverer_name_cipher,
    deliverer_name_hash,
    deliverer_name_check,
    deliverer_phone_cipher,
    deliverer_phone_hash,
    deliverer_phone_check,
    owner_name_cipher,
    owner_name_hash,
    owner_name_check,
    owner_phone_cipher,
    owner_phone_hash,
    owner_phone_check,
    row_hash,
    version_at,
    version_day,
    load_id,
    row_id
)
select
    orders.dealer_code,
    orders.ro_no,
    orders.balance_no,
    'repair' as ro_type,
    case
        when
            (orders.delivered_at at time zone orders.time_zone)::date
            >= orders.day
            - (substr(orders.vin, 11)::integer / 400) % 2000
            then 'maintenance'
        else 'mechanical'
    end as repair_type,
    'settled' as status,
    orders.opened_at,
    orders.complete_time at time zone orders.time_zone as completed_at,
    orders.for_balance_time at time zone orders.time_zone as settled_at,
    orders.delivered_at,
    (orders.delivered_at at time zone orders.time_zone)::date as exit_on,
    (orders.out_mileage)::integer - 3 as odometer_in_km,
    (orders.out_mileage)::integer as odometer_out_km,
    false as is_odometer_replaced,
    orders.vin,
    orders.model_name,
    orders.service_advisor,
    orders.chief_technician,
    case
        when orders.owner_property = 11901002 then 'company'
        else 'person'
    end as owner_kind,
    orders.balance_amount,
    orders.plate_cipher,
    substr(orders.order_code, 1, 17) as plate_hash,
    'valid' as plate_check,
    orders.name_cipher as deliverer_name_cipher,
    orders.deliverer_code as deliverer_name_hash,
    'valid' as deliverer_name_check,
    orders.phone_cipher as deliverer_phone_cipher,
    orders.deliverer_phone_code as deliverer_phone_hash,
    'valid' as deliverer_phone_check,
    orders.name_cipher as owner_name_cipher,
    orders.owner_code as owner_name_hash,
    'valid' as owner_name_check,
    orders.phone_cipher as owner_phone_cipher,
    orders.owner_phone_code as owner_phone_hash,
    'valid' as owner_phone_check,
    substr(orders.order_code, 1, 16) as row_hash,
    least(orders.delivered_at, orders.day::timestamptz) as version_at,
    orders.day as version_day,
    orders.load_id,
    orders.ro_id as row_id
from orders
order by orders.ro_id desc
