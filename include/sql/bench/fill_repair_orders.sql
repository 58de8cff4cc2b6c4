-- Repair orders of the made-up dealer system: order n is the n-th last one,
-- per_day of them a day, back from the last day. A few are written as people
-- write: full-width digits, thousands separators, numbers that are none.
-- grain: one row per repair order
-- reads: bench_vehicle of the made-up dealer system
-- writes: tt_repair_order of the made-up dealer system
with sizes as (
    select
        cast(:vehicles as integer) as vehicles,
        cast(:stores as integer) as stores,
        cast(:per_day as integer) as per_day,
        cast(:last_day as date) as last_day,
        cast(:updated_on as date) as updated_on
),

numbered as (
    select
        given.number,
        sizes.stores,
        sizes.updated_on,
        sizes.last_day - given.number / sizes.per_day as opened_on,
        1 + (cast(given.number as bigint) * 7919) % sizes.vehicles as vehicle
    from sizes
    cross join generate_series(
        cast(:first as integer), cast(:last as integer)
    ) as given (number)
),

opened as (
    select
        numbered.*,
        numbered.opened_on
        + time '08:00'
        + make_interval(mins => numbered.number * 13 % 540) as opened_at,
        100 + (numbered.opened_on - date '2015-01-01') * 30 as odometer_km,
        'E' || lpad(
            cast(numbered.vehicle % numbered.stores as text), 4, '0'
        ) as staff_head
    from numbered
),

timed as (
    select
        opened.*,
        opened.opened_at
        + make_interval(mins => 30 + opened.number % 60) as ended_at
    from opened
)

insert into tt_repair_order
select
    timed.number as ro_id,
    vehicles.store_code as dealer_code,
    'RO' || to_char(timed.opened_at, 'YYMMDD')
    || lpad(cast(timed.number as text), 8, '0') as ro_no,
    'BO' || lpad(cast(timed.number as text), 8, '0') as balance_no,
    case
        when timed.number % 50 = 0
            then 'BO' || lpad(cast(timed.number + 1 as text), 8, '0')
    end as last_balance_no,
    12531001 + case when timed.number % 40 = 0 then 3 else 0 end as ro_type,
    substr('MMMGGBTZ', 1 + timed.number % 8, 1) as repair_type_code,
    12551010 as ro_status,
    case when timed.number % 400 = 0 then 1 else 0 end as is_valid,
    to_char(timed.opened_at, 'YYYY/MM/DD HH24:MI') as ro_create_date,
    timed.ended_at as complete_time,
    timed.ended_at + interval '12 minutes' as for_balance_time,
    to_char(
        timed.ended_at + interval '25 minutes', 'YYYY/MM/DD HH24:MI'
    ) as delivery_date,
    case
        when timed.number % 97 = 0
            then translate(
                cast(timed.odometer_km as text), '0123456789', '０１２３４５６７８９'
            )
        when timed.number % 97 < 5
            then trim(to_char(timed.odometer_km, '999,999,999'))
        else cast(timed.odometer_km as text)
    end as in_mileage,
    cast(timed.odometer_km + 3 as text) as out_mileage,
    12781002 as is_change_odograph,
    vehicles.vin,
    vehicles.model as model_name,
    case
        when timed.number % 100 > 0
            then timed.staff_head || '3'
    end as service_advisor,
    timed.staff_head || '5' as chief_technician,
    case
        when vehicles.is_company then 11901002
        else 11901001
    end as owner_property,
    round(
        cast(200 + timed.number * 37 % 4000 as numeric)
        + timed.number % 10 * 0.1,
        2
    ) as balance_amount,
    vehicles.plate as license,
    vehicles.deliverer_name as deliverer,
    case
        when timed.number % 50 = 7 then null
        when timed.number % 70 = 9
            then '0571-8' || lpad(cast(vehicles.number as text), 7, '0')
        when timed.number % 90 = 11 then left(vehicles.deliverer_phone, 10)
        when timed.number % 101 = 7
            then translate(
                vehicles.deliverer_phone, '0123456789', '０１２３４５６７８９'
            )
        else vehicles.deliverer_phone
    end as deliverer_mobile,
    vehicles.owner_name,
    vehicles.owner_phone as owner_mobile,
    timed.updated_on
    + make_interval(secs => timed.number % 86400) as updated_at
from timed
inner join bench_vehicle as vehicles on timed.vehicle = vehicles.number
