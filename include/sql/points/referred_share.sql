-- Sales by referral: orders delivered in the month whose number a referral of
-- the same store names, of those delivered. A referral that became known after
-- the closing day does not count. A cancelled order is excluded.
-- grain: one row per order delivered in the month
-- reads: core.sales_order, core.referral
-- writes: nothing
with
delivered as (
    select
        store_code,
        order_no,
        delivered_on,
        status = 'cancelled' as is_cancelled
    from core.sales_order
    where
        delivered_on between :first_day and :last_day
        and (not is_vanished or vanished_day > :closing_on)
),

brought as (
    select distinct
        store_code,
        new_order_no
    from core.referral
    where
        new_order_no is not null
        and referred_on <= :closing_on
)

select
    delivered.store_code,
    delivered.delivered_on as counted_on,
    'sales_order' as row_kind,
    delivered.is_cancelled as is_excluded,
    delivered.store_code || '|' || delivered.order_no as row_key,
    brought.new_order_no is not null
    and not delivered.is_cancelled as is_numerator,
    case
        when delivered.is_cancelled then 'order_cancelled'
        when brought.new_order_no is not null then 'referred'
        else 'not_referred'
    end as reason
from delivered
left join brought
    on
        delivered.store_code = brought.store_code
        and delivered.order_no = brought.new_order_no
