-- Three of ten vehicles are insured by their store, a year each time, to days
-- that are spread over the year. Of those that end within two months, every
-- fifth has been renewed already.
-- grain: one row per policy
-- reads: core.sales_order
-- writes: core.insurance_policy
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:day as date) as day
),

insured as (
    select
        sold.*,
        given.load_id as policy_load_id,
        given.day,
        given.day + 1 + bench_draw('policy ends ' || sold.row_id, 365)
            as this_ends_on
    from given
    cross join core.sales_order as sold
    where bench_draw('insured ' || sold.row_id, 10) < 3
),

policies as (
    select
        insured.*,
        years.year,
        cast(
            insured.this_ends_on + make_interval(years => years.year - 1)
            as date
        ) as starts_on,
        cast(
            insured.this_ends_on + make_interval(years => years.year) as date
        ) as ends_on
    from insured
    cross join generate_series(-1, 1) as years (year)
)

insert into core.insurance_policy (
    store_code,
    policy_no,
    kind,
    status,
    starts_on,
    ends_on,
    previous_policy_no,
    vin,
    insurer,
    is_new_car,
    premium,
    holder_name_cipher,
    holder_name_hash,
    holder_name_check,
    holder_phone_cipher,
    holder_phone_hash,
    holder_phone_check,
    row_hash,
    version_at,
    version_day,
    load_id
)
select
    policies.store_code,
    'IP' || policies.row_id || '-' || 1 + policies.year as policy_no,
    'combined' as kind,
    'active' as status,
    policies.starts_on,
    policies.ends_on,
    case
        when policies.year > 0 then 'IP' || policies.row_id || '-1'
    end as previous_policy_no,
    policies.vin,
    '平安' as insurer,
    false as is_new_car,
    3000 + bench_draw('premium ' || policies.row_id, 4000) as premium,
    policies.customer_name_cipher as holder_name_cipher,
    policies.customer_name_hash as holder_name_hash,
    policies.customer_name_check as holder_name_check,
    policies.customer_phone_cipher as holder_phone_cipher,
    policies.customer_phone_hash as holder_phone_hash,
    policies.customer_phone_check as holder_phone_check,
    policies.row_hash,
    least(policies.starts_on, policies.day) as version_at,
    least(policies.starts_on, policies.day) as version_day,
    policies.policy_load_id
from policies
where
    policies.year = 0
    or (policies.year < 0 and policies.starts_on >= policies.delivered_on)
    or (
        policies.year > 0
        and policies.starts_on <= policies.day + 60
        and bench_draw('renewed ' || policies.row_id, 5) = 0
    )
