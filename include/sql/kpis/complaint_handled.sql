-- Complaints handled: a first solution within `handle_within` hours of the
-- clock. One of which nobody noted the time was not in time, unless the store's
-- system never tells it: then nothing is known, and all are excluded, as are
-- those that were told in a call and are kept under the task's key.
-- grain: one row per complaint whose term ended in the month
-- reads: core.complaint
-- writes: nothing
with
complaints as (
    select
        store_code,
        complaint_no,
        received_at
        + make_interval(hours => cast(:handle_within as integer)) as due_at,
        coalesce(complaint_no = task_key, false) as is_told_in_call,
        case
            when
                cast(solved_at at time zone :time_zone as date)
                <= :closing_on
                then solved_at
        end as handled_at
    from core.complaint
    where not is_vanished or vanished_day > :closing_on
),

terms as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        handled_at,
        cast(due_at at time zone :time_zone as date) as due_on,
        coalesce(handled_at <= due_at, false) as is_in_time
    from complaints
),

due as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        handled_at,
        due_on,
        is_in_time,
        bool_or(handled_at is not null) over (partition by store_code)
            as is_ever_told
    from terms
    where due_on between :first_day and :last_day
)

select
    store_code,
    due_on as counted_on,
    'complaint' as row_kind,
    is_in_time as is_numerator,
    store_code || '|' || complaint_no as row_key,
    handled_at is null
    and (is_told_in_call or not is_ever_told) as is_excluded,
    case
        when is_in_time then 'handled_in_time'
        when handled_at is not null then 'handled_late'
        when is_told_in_call then 'told_in_call'
        when is_ever_told then 'not_handled'
        else 'time_never_told'
    end as reason
from due
