-- Complaints acknowledged: within `acknowledge_within` minutes in which the
-- store was open. A complaint that came while the store was closed, or whose
-- time ran into the evening, has what is left from the next opening on. One of
-- which nobody noted the time was not in time, unless the store's system never
-- tells it: then nothing is known, and all are excluded, as are those that were
-- told in a call and are kept under the task's key.
-- grain: one row per complaint whose term ended in the month
-- reads: core.complaint, pg_temp.opening
-- writes: nothing
with
complaints as (
    select
        store_code,
        complaint_no,
        received_on,
        received_at at time zone :time_zone as came_at,
        coalesce(complaint_no = task_key, false) as is_told_in_call,
        make_interval(mins => cast(:acknowledge_within as integer)) as allowed,
        case
            when
                cast(acknowledged_at at time zone :time_zone as date)
                <= :closing_on
                then acknowledged_at at time zone :time_zone
        end as answered_at
    from core.complaint
    where not is_vanished or vanished_day > :closing_on
),

begun as (
    select
        k.store_code,
        k.complaint_no,
        k.is_told_in_call,
        k.allowed,
        k.answered_at,
        o.closes_at,
        o.next_opens_at,
        greatest(k.came_at, o.opens_at) as begins_at
    from complaints as k
    inner join opening as o
        on k.store_code = o.store_code and k.received_on = o.day
),

terms as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        answered_at,
        case
            when closes_at is null or begins_at >= closes_at
                then next_opens_at + allowed
            when begins_at + allowed <= closes_at then begins_at + allowed
            else next_opens_at + (begins_at + allowed - closes_at)
        end as due_at
    from begun
),

due as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        answered_at,
        cast(due_at as date) as due_on,
        coalesce(answered_at <= due_at, false) as is_in_time,
        bool_or(answered_at is not null) over (partition by store_code)
            as is_ever_told
    from terms
    where cast(due_at as date) between :first_day and :last_day
)

select
    store_code,
    due_on as counted_on,
    'complaint' as row_kind,
    is_in_time as is_numerator,
    store_code || '|' || complaint_no as row_key,
    answered_at is null
    and (is_told_in_call or not is_ever_told) as is_excluded,
    case
        when is_in_time then 'acknowledged_in_time'
        when answered_at is not null then 'acknowledged_late'
        when is_told_in_call then 'told_in_call'
        when is_ever_told then 'not_acknowledged'
        else 'time_never_told'
    end as reason
from due
