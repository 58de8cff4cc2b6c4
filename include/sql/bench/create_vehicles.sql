-- The made-up fleet of a benchmark, each vehicle a function of its number.
-- grain: one row per vehicle
-- reads: nothing
-- writes: bench_vehicle of the made-up dealer system
create table bench_vehicle as
with sizes as (
    select
        cast(:vehicles as integer) as vehicles,
        cast(:stores as integer) as stores
),

fleet as (
    select
        given.number,
        sizes.vehicles,
        'LS5A1B2C' as vin_head,
        'T' || lpad(cast(given.number as text), 7, '0') as vin_tail,
        'CA' || lpad(
            cast(given.number % sizes.stores as text), 3, '0'
        ) as store_code,
        given.number % 20 = 0 as is_company,
        given.number % 3 = 0 as brings_driver
    from sizes
    cross join generate_series(1, sizes.vehicles) as given (number)
),

digits as (
    select
        fleet.*,
        -- What ISO 3779 gives the head and the T.
        (
            144
            + (
                select
                    sum(
                        cast(substr(fleet.vin_tail, place, 1) as integer)
                        * (10 - place)
                    )
                from generate_series(2, 8) as places (place)
            )
        ) % 11 as remainder
    from fleet
),

people as (
    select
        number,
        (array['王', '李', '张', '刘', '陈', '杨', '黄', '赵', '吴', '周'])[
            1 + number % 10
        ]
        || (array['伟', '芳', '娜', '敏', '静', '强', '磊', '洋', '艳', '勇'])[
            1 + number / 10 % 10
        ]
        || (array['', '军', '杰', '涛', '明', '华', '平', '刚'])[
            1 + number / 100 % 8
        ] as person_name,
        '1' || (3 + number % 7) || lpad(cast(number % 1000 as text), 3, '0')
        || lpad(cast(cast(number as bigint) * 7919 % 1000000 as text), 6, '0')
            as phone
    from generate_series(1, 2 * :vehicles) as given (number)
)

select
    digits.number,
    digits.store_code,
    digits.is_company,
    owners.phone as owner_phone,
    digits.vin_head
    || case
        when digits.remainder = 10 then 'X'
        else cast(digits.remainder as text)
    end
    || digits.vin_tail as vin,
    '浙' || chr(65 + digits.number % 8)
    || lpad(cast(digits.number % 100000 as text), 5, '0') as plate,
    (array['CS75PLUS', 'UNI-V', '逸动', '深蓝S07'])[
        1 + digits.number % 4
    ] as model,
    case
        when digits.is_company
            then '和远' || owners.person_name || '运输有限公司'
        else owners.person_name
    end as owner_name,
    case
        when digits.brings_driver then drivers.person_name
        else owners.person_name
    end as deliverer_name,
    case
        when digits.brings_driver then drivers.phone
        else owners.phone
    end as deliverer_phone
from digits
inner join people as owners on digits.number = owners.number
inner join people as drivers on
    digits.number + digits.vehicles = drivers.number
