-- Complaints called again: the customer was called within `call_again_within`
-- hours of the clock after the solution, of the complaints whose hours ended in
-- the month. A call before the solution asks nobody whether it holds, and a
-- time from before the day on which the complaint came in is a default date and
-- no call. One of which nobody noted the call was not called, unless the store
-- told of no such call in the `told_within` months up to the closing day: then
-- nothing is known, and all are excluded, as are those that were told in a
-- call. One without a solution is due to no second call.
-- grain: one row per complaint whose term ended in the month
-- reads: core.complaint
-- writes: nothing
with
solved as (
    select
        store_code,
        complaint_no,
        solved_at at time zone :time_zone as solved_at,
        (solved_at + make_interval(hours => :call_again_within))
        at time zone :time_zone as due_at,
        case
            when
                cast(second_call_at at time zone :time_zone as date)
                between cast(received_at at time zone :time_zone as date)
                and :closing_on
                then second_call_at at time zone :time_zone
        end as done_at,
        coalesce(complaint_no = task_key, false) as is_told_in_call
    from core.complaint
    where
        solved_at is not null
        and (not is_vanished or vanished_day > :closing_on)
),

telling as (
    select distinct store_code
    from core.complaint
    where
        (not is_vanished or vanished_day > :closing_on)
        and cast(second_call_at at time zone :time_zone as date)
        <= :closing_on
        and cast(second_call_at at time zone :time_zone as date)
        > cast(:closing_on as date)
        - make_interval(months => :told_within)
        and cast(second_call_at at time zone :time_zone as date)
        >= cast(received_at at time zone :time_zone as date)
),

due as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        done_at,
        cast(due_at as date) as due_on,
        done_at < solved_at as is_before,
        coalesce(done_at between solved_at and due_at, false) as is_in_time,
        store_code in (select t.store_code from telling as t) as is_ever_told
    from solved
    where cast(due_at as date) between :first_day and :last_day
)

select
    store_code,
    due_on as counted_on,
    'complaint' as row_kind,
    is_in_time as is_numerator,
    store_code || '|' || complaint_no as row_key,
    done_at is null
    and (is_told_in_call or not is_ever_told) as is_excluded,
    case
        when is_in_time then 'called_again_in_time'
        when is_before then 'called_before_solution'
        when done_at is not null then 'called_again_late'
        when is_told_in_call then 'told_in_call'
        when is_ever_told then 'not_called_again'
        else 'time_never_told'
    end as reason
from due
