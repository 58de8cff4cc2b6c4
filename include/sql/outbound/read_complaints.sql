-- What a record says of a complaint, and who complains: the vehicle's customer
-- by its newest document in that store. Contact data is ciphertext.
-- grain: one row per complaint
-- reads: core.complaint, core.store, core.employee, core.vehicle,
--   core.sales_order, core.repair_order, core.contact_number
-- writes: –
with asked as (
    select
        wanted.store_code,
        wanted.complaint_no
    from
        unnest(
            cast(:store_codes as text[]), -- noqa: RF02
            cast(:complaint_nos as text[]) -- noqa: RF02
        ) as wanted (store_code, complaint_no)
)

select
    k.store_code,
    st.name as store_name,
    st.brand,
    k.complaint_no,
    k.vin,
    k.received_at,
    k.received_on,
    k.source,
    k.level,
    k.verdict,
    k.closed_at,
    k.is_vanished,
    k.owner_no,
    e.name as owner_name,
    k.description_cipher,
    d.name_cipher,
    d.plate_cipher,
    case
        when k.closed_at is not null then 'closed'
        when k.solved_at is not null then 'solved'
        when k.dispatched_at is not null then 'dispatched'
        when k.acknowledged_at is not null then 'acknowledged'
        else 'registered'
    end as state,
    coalesce(d.model, v.model) as model,
    coalesce(right_one.phone_cipher, d.phone_cipher) as phone_cipher
from asked
inner join core.complaint as k
    on asked.store_code = k.store_code and asked.complaint_no = k.complaint_no
inner join core.store as st on k.store_code = st.store_code
left join core.employee as e on k.owner_no = e.employee_no
left join core.vehicle as v on k.vin = v.vin
left join lateral (
    select
        r.model,
        r.plate_cipher,
        r.deliverer_name_cipher as name_cipher,
        r.deliverer_phone_cipher as phone_cipher,
        r.deliverer_phone_hash as phone_hash,
        r.opened_at as happened_at,
        r.ro_no as document_no
    from core.repair_order as r
    where
        k.vin = r.vin
        and k.store_code = r.store_code
        and r.ro_type <> 'pre_delivery'
        and r.status <> 'cancelled'
        and not r.is_reversed
        and not r.is_vanished
        and num_nonnulls(r.deliverer_name_cipher, r.deliverer_phone_cipher) > 0
    union all
    select
        s.model,
        s.plate_cipher,
        s.customer_name_cipher as name_cipher,
        s.customer_phone_cipher as phone_cipher,
        s.customer_phone_hash as phone_hash,
        s.delivered_at as happened_at,
        s.order_no as document_no
    from core.sales_order as s
    where
        k.vin = s.vin
        and k.store_code = s.store_code
        and s.status <> 'cancelled'
        and not s.is_vanished
        and num_nonnulls(s.customer_name_cipher, s.customer_phone_cipher) > 0
    order by
        happened_at desc nulls last, -- noqa: RF02
        document_no desc -- noqa: RF02
    limit 1
) as d on true
-- The number that staff put right, where the document gives the one before.
left join core.contact_number as right_one
    on
        k.store_code = right_one.store_code
        and k.vin = right_one.subject
        and d.phone_hash = right_one.replaced_phone_hash
order by k.store_code, k.complaint_no
