-- Sales of the month: orders whose car was handed over in it, of whatever kind
-- of sale. An order that was cancelled all the same is excluded.
-- grain: one row per order delivered in the month
-- reads: core.sales_order
-- writes: nothing
select
    store_code,
    delivered_on as counted_on,
    'sales_order' as row_kind,
    store_code || '|' || order_no as row_key,
    status <> 'cancelled' as is_numerator,
    status = 'cancelled' as is_excluded,
    case
        when status = 'cancelled' then 'order_cancelled' else 'delivered'
    end as reason
from core.sales_order
where
    delivered_on between :first_day and :last_day
    and (not is_vanished or vanished_day > :closing_on)
