-- Complaints closed: complaints that were closed within `close_within` days of
-- the one on which they were received, of those for which the last of these
-- days lies in the month. One whose closing has a default date is open. One
-- that was told in a call and is kept under the task's key has nobody who
-- closes it, and is excluded while it is not closed.
-- grain: one row per complaint that had to be closed in the month
-- reads: pg_temp.judged_complaint
-- writes: nothing
with
complaints as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        closed_at,
        received_on + cast(:close_within as integer) as deadline_on
    from judged_complaint
),

due as (
    select
        store_code,
        complaint_no,
        deadline_on,
        is_told_in_call,
        coalesce(cast(closed_at as date) <= deadline_on, false) as is_in_time,
        closed_at is not null as is_closed
    from complaints
    where deadline_on between :first_day and :last_day
)

select
    store_code,
    deadline_on as counted_on,
    'complaint' as row_kind,
    is_in_time as is_numerator,
    store_code || '|' || complaint_no as row_key,
    is_told_in_call and not is_closed as is_excluded,
    case
        when is_in_time then 'closed_in_time'
        when is_closed then 'closed_late'
        when is_told_in_call then 'told_in_call'
        else 'still_open'
    end as reason
from due
