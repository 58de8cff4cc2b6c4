-- Repurchase: cars that were delivered to a person who had had another car
-- from a store of the group before, or whose order says so, of the cars
-- delivered in the last `counted_months`, this month the last of them. Who is
-- one person is asked as it is known now, so an order that is deleted by now is
-- gone. Companies are excluded, and so are orders of which nobody knows whose
-- they are: unknown is not new.
-- grain: one row per order delivered in these months
-- reads: core.sales_order, core.document_customer
-- writes: nothing
with
deliveries as (
    select
        store_code,
        order_no,
        vin,
        delivered_on,
        coalesce(customer_kind = 'company', false) as is_company,
        coalesce(sale_type = 'repurchase', false) as is_told
    from core.sales_order
    where
        status = 'active'
        and delivered_on <= :last_day
        and not is_vanished
),

buyers as materialized (
    select
        s.store_code,
        s.order_no,
        s.vin,
        s.delivered_on,
        s.is_company,
        s.is_told,
        min(d.known_id) as known_id
    from deliveries as s
    left join core.document_customer as d
        on
            s.store_code = d.store_code
            and s.order_no = d.document_no
            and d.document_kind = 'sales_order'
            and d.kind = 'person'
    group by
        s.store_code, s.order_no, s.vin, s.delivered_on, s.is_company, s.is_told
),

counted as (
    select
        b.store_code,
        b.order_no,
        b.delivered_on,
        b.is_company,
        b.is_told,
        b.known_id,
        count(e.order_no) > 0 as is_known
    from buyers as b
    left join buyers as e
        on
            b.known_id = e.known_id
            and b.vin <> e.vin
            and b.delivered_on > e.delivered_on
    where
        b.delivered_on >= cast(:first_day as date) -- noqa: RF02
        - make_interval(months => :counted_months - 1) -- noqa: RF02
    group by
        b.store_code,
        b.order_no,
        b.delivered_on,
        b.is_company,
        b.is_told,
        b.known_id
)

select
    store_code,
    delivered_on as counted_on,
    'sales_order' as row_kind,
    store_code || '|' || order_no as row_key,
    (is_known or is_told) and not is_company as is_numerator,
    is_company or (known_id is null and not is_told) as is_excluded,
    case
        when is_company then 'company'
        when is_known then 'bought_before'
        when is_told then 'order_says_so'
        when known_id is null then 'customer_unknown'
        else 'first_purchase'
    end as reason
from counted
