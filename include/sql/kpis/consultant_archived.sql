-- A sales consultant's files archived in time: of the orders that the
-- consultant delivered in the month, those whose file was put into the archive
-- within `archive_within` hours of the clock after the delivery, or before it.
-- Hours, default dates, and stores that tell no times are as in
-- archived_in_time, which counts the same for the store. An order that names
-- no consultant is nobody's.
-- grain: one row per order delivered in the month that names a consultant
-- reads: core.sales_order
-- writes: nothing
with
moments as (
    select
        store_code,
        order_no,
        sales_consultant_no,
        delivered_on,
        signed_on,
        status = 'cancelled' as is_cancelled,
        delivered_at at time zone :time_zone as delivered_at,
        archived_at at time zone :time_zone as archived_at
    from core.sales_order
    where
        delivered_on between :first_day and :last_day
        and (not is_vanished or vanished_day > :closing_on)
),

delivered as (
    select
        store_code,
        order_no,
        sales_consultant_no,
        delivered_on,
        is_cancelled,
        coalesce(cast(archived_at as date) < signed_on, false) as is_before,
        case
            when
                cast(archived_at as date)
                between coalesce(signed_on, cast(archived_at as date))
                and :closing_on
                then archived_at
        end as filed_at,
        case
            when cast(delivered_at as time) = time '00:00'
                then delivered_at + interval '1 day'
            else delivered_at
        end + make_interval(hours => :archive_within) as due_at
    from moments
),

judged as (
    select
        store_code,
        order_no,
        sales_consultant_no,
        delivered_on,
        is_cancelled,
        is_before,
        filed_at,
        coalesce(filed_at <= due_at, false) and not is_cancelled as is_in_time,
        bool_or(filed_at is not null) over (partition by store_code)
            as is_ever_told
    from delivered
)

select
    'CONSULTANT' as owner_role,
    store_code,
    sales_consultant_no as employee_no,
    delivered_on as counted_on,
    'sales_order' as row_kind,
    is_in_time as is_numerator,
    store_code || '|' || order_no as row_key,
    is_cancelled or not is_ever_told as is_excluded,
    case
        when is_cancelled then 'order_cancelled'
        when is_in_time then 'archived_in_time'
        when filed_at is not null then 'archived_late'
        when not is_ever_told then 'time_never_told'
        when is_before then 'archived_before_signing'
        else 'not_archived'
    end as reason
from judged
where sales_consultant_no is not null
