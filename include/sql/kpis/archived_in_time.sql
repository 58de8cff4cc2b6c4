-- Orders delivered in the month whose file was put into the archive within
-- `archive_within` hours of the clock after the delivery, or before it. A
-- delivery at midnight is a day without a time: its hours run from the day's
-- end. A time before the day of the signing is a default date and none, as is
-- one after the closing day. An order of which nobody noted a time was not
-- filed, unless the store has a time of none of its orders delivered in the
-- `told_within` months of which this is the last: then nothing is known, and
-- all are excluded. What it notes of later orders says nothing of the month. A
-- cancelled order is excluded, too.
-- Counted for the store, or for each order's consultant; an order that names
-- none is nobody's then, and is counted among the uncredited rows.
-- grain: one row per order delivered in the month
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

telling as (
    select distinct store_code
    from core.sales_order
    where
        delivered_on <= :last_day
        and delivered_on
        >= cast(:first_day as date)
        - make_interval(months => cast(:told_within as integer) - 1)
        and (not is_vanished or vanished_day > :closing_on)
        and cast(archived_at at time zone :time_zone as date) <= :closing_on
        and (
            signed_on is null
            or cast(archived_at at time zone :time_zone as date) >= signed_on
        )
),

delivered as (
    select
        store_code,
        order_no,
        sales_consultant_no,
        delivered_on,
        is_cancelled,
        store_code in (select t.store_code from telling as t) as is_ever_told,
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
        *,
        coalesce(filed_at <= due_at, false) and not is_cancelled as is_in_time
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
    is_cancelled or (filed_at is null and not is_ever_told) as is_excluded,
    case
        when is_cancelled then 'order_cancelled'
        when is_in_time then 'archived_in_time'
        when filed_at is not null then 'archived_late'
        when not is_ever_told then 'time_never_told'
        when is_before then 'archived_before_signing'
        else 'not_archived'
    end as reason
from judged
