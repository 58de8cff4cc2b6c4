-- Complaints planned: who is responsible handed in a plan within `plan_within`
-- hours of the clock after the complaint came in. A plan from before it came
-- in is none for it: the time is wrong, or a default date.
-- One of which nobody noted a plan was not in time, unless the store told no
-- such time of any complaint in the `told_within` months up to the closing day:
-- then nothing is known, and all are excluded, as are those that were told in a
-- call.
-- grain: one row per complaint whose term ended in the month
-- reads: pg_temp.judged_complaint, core.complaint
-- writes: nothing
with
terms as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        planned_at as done_at,
        received_at at time zone :time_zone as came_at,
        (received_at + make_interval(hours => :plan_within))
        at time zone :time_zone as due_at
    from judged_complaint
),

telling as (
    select distinct store_code
    from core.complaint
    where
        (not is_vanished or vanished_day > :closing_on)
        and cast(planned_at at time zone :time_zone as date)
        <= :closing_on
        and cast(planned_at at time zone :time_zone as date)
        > cast(:closing_on as date)
        - make_interval(months => :told_within)
        and planned_at >= received_at
),

due as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        done_at,
        cast(due_at as date) as due_on,
        coalesce(done_at < came_at, false) as is_before,
        coalesce(done_at between came_at and due_at, false) as is_in_time,
        store_code in (select t.store_code from telling as t) as is_ever_told
    from terms
    where cast(due_at as date) between :first_day and :last_day
)

select
    store_code,
    due_on as counted_on,
    'complaint' as row_kind,
    is_in_time as is_numerator,
    store_code || '|' || complaint_no as row_key,
    (done_at is null or is_before)
    and (is_told_in_call or not is_ever_told) as is_excluded,
    case
        when is_in_time then 'planned_in_time'
        when done_at is not null and not is_before then 'planned_late'
        when is_told_in_call then 'told_in_call'
        when not is_ever_told then 'time_never_told'
        when is_before then 'planned_before_complaint'
        else 'not_planned'
    end as reason
from due
