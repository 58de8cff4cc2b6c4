-- Customers' data complete: orders delivered in the month of which every one of
-- `archive_fields` is known and, where it has a check, passes it; as known when
-- the month is scored. A row says the first field that it lacks. A name that
-- is no field is lacked by all. A cancelled order is excluded.
-- Counted for the store, or for each order's consultant; an order that names
-- none is nobody's then, and is counted among the uncredited rows.
-- grain: one row per order delivered in the month
-- reads: core.sales_order
-- writes: nothing
with
delivered as (
    select
        store_code,
        order_no,
        sales_consultant_no,
        delivered_on,
        status = 'cancelled' as is_cancelled,
        jsonb_build_object(
            'customer_name', customer_name_check = 'valid',
            'customer_phone', customer_phone_check = 'valid',
            'customer_id_no', customer_id_no_check = 'valid',
            'birthday', birthday_check = 'valid',
            'plate', plate_check = 'valid',
            'model', model is not null,
            'invoiced_on', invoiced_on is not null,
            'sales_consultant_no', sales_consultant_no is not null
        ) as known
    from core.sales_order
    where
        delivered_on between :first_day and :last_day
        and (not is_vanished or vanished_day > :closing_on)
),

wanted as (
    select
        field,
        place
    from unnest(cast(:archive_fields as text[])) with ordinality
        as given (field, place)
),

judged as (
    select
        d.store_code,
        d.order_no,
        d.sales_consultant_no,
        d.delivered_on,
        d.is_cancelled,
        (array_agg(w.field order by w.place))[1] as lacked
    from delivered as d
    left join wanted as w
        on d.known ->> w.field is distinct from 'true'
    group by
        d.store_code,
        d.order_no,
        d.sales_consultant_no,
        d.delivered_on,
        d.is_cancelled
)

select
    'CONSULTANT' as owner_role,
    store_code,
    sales_consultant_no as employee_no,
    delivered_on as counted_on,
    'sales_order' as row_kind,
    is_cancelled as is_excluded,
    store_code || '|' || order_no as row_key,
    lacked is null and not is_cancelled as is_numerator,
    case
        when is_cancelled then 'order_cancelled'
        when lacked is null then 'archive_complete'
        when lacked = 'customer_name' then 'missing_customer_name'
        when lacked = 'customer_phone' then 'missing_customer_phone'
        when lacked = 'customer_id_no' then 'missing_customer_id_no'
        when lacked = 'birthday' then 'missing_birthday'
        when lacked = 'plate' then 'missing_plate'
        when lacked = 'model' then 'missing_model'
        when lacked = 'invoiced_on' then 'missing_invoiced_on'
        when lacked = 'sales_consultant_no' then 'missing_sales_consultant_no'
        else 'missing_field'
    end as reason
from judged
