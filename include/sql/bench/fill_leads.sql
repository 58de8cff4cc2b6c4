-- A lead for every third sale: of ten, four are defeated some weeks later, four
-- are won and the others are open. They are people of no vehicle, and so are
-- their phones.
-- grain: one row per lead
-- reads: core.sales_order
-- writes: core.lead
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:day as date) as day,
        cast(:name_cipher as bytea) as name_cipher,
        cast(:phone_cipher as bytea) as phone_cipher,
        cast(:hash_head as bytea) as hash_head,
        cast(:hash_inner as bytea) as hash_inner,
        cast(:hash_outer as bytea) as hash_outer
),

drawn as (
    select
        given.*,
        sold.row_id,
        sold.store_code,
        sold.model,
        sold.delivered_on - 20 as created_on,
        sold.delivered_on - 15 + bench_draw('ends ' || sold.row_id, 30)
            as ended_on,
        bench_draw('outcome ' || sold.row_id, 10) as outcome
    from given
    cross join core.sales_order as sold
    where bench_draw('lead ' || sold.row_id, 3) = 0
),

leads as (
    select
        drawn.*,
        case
            when drawn.ended_on > drawn.day or drawn.outcome >= 8 then 'open'
            when drawn.outcome >= 4 then 'won'
            else 'defeated'
        end as status,
        least(drawn.ended_on, drawn.day) as told_on,
        bench_hash(
            '客户' || drawn.row_id,
            drawn.hash_head,
            drawn.hash_inner,
            drawn.hash_outer
        ) as name_hash,
        bench_hash(
            '12' || lpad(cast(drawn.row_id as text), 9, '0'),
            drawn.hash_head,
            drawn.hash_inner,
            drawn.hash_outer
        ) as phone_hash
    from drawn
)

insert into core.lead (
    store_code,
    lead_no,
    status,
    created_on,
    defeated_on,
    model,
    customer_name_cipher,
    customer_name_hash,
    customer_name_check,
    customer_phone_cipher,
    customer_phone_hash,
    customer_phone_check,
    row_hash,
    version_at,
    version_day,
    load_id
)
select
    leads.store_code,
    'LD' || lpad(cast(leads.row_id as text), 8, '0') as lead_no,
    leads.status,
    leads.created_on,
    case when leads.status = 'defeated' then leads.ended_on end as defeated_on,
    leads.model,
    leads.name_cipher as customer_name_cipher,
    leads.name_hash as customer_name_hash,
    'valid' as customer_name_check,
    leads.phone_cipher as customer_phone_cipher,
    leads.phone_hash as customer_phone_hash,
    'valid' as customer_phone_check,
    substr(leads.phone_hash, 1, 16) as row_hash,
    leads.told_on as version_at,
    leads.told_on as version_day,
    leads.load_id
from leads
