-- Complaints acknowledged: within `acknowledge_within` minutes in which the
-- store was open; what is left of them in the evening runs on in the morning.
-- One of which nobody noted the time was not in time, unless the store told no
-- such time of any complaint in the `told_within` months of which this is the
-- last: then nothing is known, and all are excluded; a time that it noted after
-- them can only be late, and would stand for all others. One that was told in a
-- call is excluded while nobody noted the time.
-- grain: one row per complaint whose term ended in the month
-- reads: pg_temp.judged_complaint, pg_temp.told_step
-- writes: nothing
with
terms as (
    select
        store_code,
        complaint_no,
        is_told_in_call,
        acknowledged_at as done_at,
        begins_at + make_interval(mins => :acknowledge_within)
        + case
            when
                begins_at + make_interval(mins => :acknowledge_within)
                > closes_at
                then shut_for
            else interval '0'
        end as due_at
    from judged_complaint
),

telling as (
    select store_code
    from told_step
    where
        acknowledged_at
        >= cast(:first_day as date)
        - make_interval(months => cast(:told_within as integer) - 1)
),

due as (
    select
        store_code,
        complaint_no,
        done_at,
        cast(due_at as date) as due_on,
        coalesce(done_at <= due_at, false) as is_in_time,
        is_told_in_call and done_at is null as is_left_to_call,
        store_code in (select t.store_code from telling as t) as is_ever_told
    from terms
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
        when is_in_time then 'acknowledged_in_time'
        when done_at is not null then 'acknowledged_late'
        else 'not_acknowledged'
    end as reason
from due
