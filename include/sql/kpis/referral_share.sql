-- Sales by referral: orders delivered in the month whose number a referral of
-- the same store names, of those delivered. A referral counts by its own day:
-- one of a day after the closing day does not, one of an earlier day does,
-- whenever it became known. A cancelled order is excluded, and so are all of a
-- store of which no referral of these days is known: unknown is not none.
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

told as (
    select
        store_code,
        array_agg(distinct new_order_no) as orders
    from core.referral
    where referred_on <= :closing_on
    group by store_code
),

judged as (
    select
        d.store_code,
        d.order_no,
        d.delivered_on,
        d.is_cancelled,
        t.store_code is null as is_unknown,
        coalesce(d.order_no = any(t.orders), false) as is_referred
    from delivered as d
    left join told as t on d.store_code = t.store_code
)

select
    store_code,
    delivered_on as counted_on,
    'sales_order' as row_kind,
    store_code || '|' || order_no as row_key,
    is_referred and not is_cancelled as is_numerator,
    is_cancelled or is_unknown as is_excluded,
    case
        when is_cancelled then 'order_cancelled'
        when is_referred then 'referred'
        when is_unknown then 'referrals_never_told'
        else 'not_referred'
    end as reason
from judged
