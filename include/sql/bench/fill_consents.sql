-- Six of ten customers, buyers and leads alike, agreed to offers on the first
-- day; one of twenty of the buyers took it back some months later.
-- grain: one row per word of a customer
-- reads: core.sales_order, core.lead
-- writes: core.consent
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:day as date) as day
),

agreed as (
    select
        sold.store_code,
        sold.order_no as document_no,
        sold.vin,
        sold.delivered_on as agreed_on,
        sold.customer_name_cipher,
        sold.customer_name_hash,
        sold.customer_name_check,
        sold.customer_phone_cipher,
        sold.customer_phone_hash,
        sold.customer_phone_check,
        sold.row_hash
    from core.sales_order as sold
    where bench_draw('agreed ' || sold.row_id, 10) < 6
    union all
    select
        leads.store_code,
        leads.lead_no as document_no,
        cast(null as text) as vin,
        leads.created_on as agreed_on,
        leads.customer_name_cipher,
        leads.customer_name_hash,
        leads.customer_name_check,
        leads.customer_phone_cipher,
        leads.customer_phone_hash,
        leads.customer_phone_check,
        leads.row_hash
    from core.lead as leads
    where bench_draw('agreed ' || leads.lead_no, 10) < 6
),

words as (
    select
        agreed.*,
        agreed.agreed_on as said_on,
        'CN' || agreed.document_no as consent_no,
        'given' as state,
        'paper' as channel
    from agreed
    union all
    select
        agreed.*,
        agreed.agreed_on + 150 as said_on,
        'CW' || agreed.document_no as consent_no,
        'withdrawn' as state,
        'phone' as channel
    from given
    inner join agreed on given.day - 150 >= agreed.agreed_on
    where
        agreed.vin is not null
        and bench_draw('took back ' || agreed.document_no, 20) = 0
)

insert into core.consent (
    store_code,
    consent_no,
    purpose,
    state,
    said_on,
    channel,
    vin,
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
    words.store_code,
    words.consent_no,
    'commercial' as purpose,
    words.state,
    words.said_on,
    words.channel,
    words.vin,
    words.customer_name_cipher,
    words.customer_name_hash,
    words.customer_name_check,
    words.customer_phone_cipher,
    words.customer_phone_hash,
    words.customer_phone_check,
    words.row_hash,
    words.said_on as version_at,
    words.said_on as version_day,
    given.load_id
from given
cross join words
