-- Complaints called again: the customer was called within `call_again_within`
-- hours of the clock after the solution, of the complaints whose hours ended in
-- the month. A call before the solution asks nobody whether it holds. One
-- without a solution, or with one on a default date, is due to no second call.
-- One of which nobody noted the call was not called, unless the store told of
-- no such call in the `told_within` months of which this is the last: then
-- nothing is known, and all are excluded; a call that it noted after them can
-- only be late, and would stand for all others. One that was told in a call is
-- excluded while nobody noted the second one.
-- grain: one row per complaint whose term ended in the month
-- reads: pg_temp.judged_complaint, pg_temp.told_step
-- writes: nothing
with
solved as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        handled_at as solved_at,
        called_again_at as done_at,
        (
            handled_at at time zone :time_zone
            + make_interval(hours => :call_again_within)
        ) at time zone :time_zone as due_at
    from judged_complaint
),

telling as (
    select store_code
    from told_step
    where
        called_again_at
        >= cast(:first_day as date)
        - make_interval(months => cast(:told_within as integer) - 1)
),

due as (
    select
        store_code,
        complaint_no,
        done_at,
        cast(due_at as date) as due_on,
        done_at < solved_at as is_before,
        coalesce(done_at between solved_at and due_at, false) as is_in_time,
        is_told_in_call and done_at is null as is_left_to_call,
        store_code in (select t.store_code from telling as t) as is_ever_told
    from solved
    where cast(due_at as date) between :first_day and :last_day
)

select
    store_code,
    due_on as counted_on,
    'complaint' as row_kind,
    is_in_time and is_ever_told as is_numerator,
    store_code || '|' || complaint_no as row_key,
    is_left_to_call or not is_ever_told as is_excluded,
    case
        when is_left_to_call then 'told_in_call'
        when not is_ever_told then 'time_never_told'
        when is_in_time then 'called_again_in_time'
        when is_before then 'called_before_solution'
        when done_at is not null then 'called_again_late'
        else 'not_called_again'
    end as reason
from due
