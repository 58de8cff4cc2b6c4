-- Complaints whose customer is satisfied: of those called again in the month,
-- however late, the ones of which the customer said to be satisfied. Who did
-- not say is excluded: no answer is not a bad one. Where the store told no
-- answer in the `told_within` months of which this is the last, its system
-- tells none, and the reason says so.
-- An answer counts only where a second call was noted: the rule asks what the
-- customer says in that call. A solution of which nobody noted the time takes
-- no answer away; a call before one that was noted asked nobody about it. A
-- call or a solution from before the day on which the complaint came in is a
-- default date and none. What does not count is excluded, and shown on the day
-- of the call, else of the solution, else of the complaint.
-- What counts is the answer as it is known when the month is scored: it has no
-- time of its own.
-- grain: one row per complaint that was called again or answered in the month
-- reads: core.complaint
-- writes: nothing
with
moments as (
    select
        store_code,
        complaint_no,
        is_satisfied,
        received_at at time zone :time_zone as received_at,
        case
            when
                cast(solved_at at time zone :time_zone as date)
                >= cast(received_at at time zone :time_zone as date)
                then solved_at at time zone :time_zone
        end as solved_at,
        case
            when
                cast(second_call_at at time zone :time_zone as date)
                >= cast(received_at at time zone :time_zone as date)
                then second_call_at at time zone :time_zone
        end as called_at
    from core.complaint
    where not is_vanished or vanished_day > :closing_on
),

answered as (
    select
        store_code,
        complaint_no,
        is_satisfied,
        called_at,
        solved_at,
        cast(coalesce(called_at, solved_at, received_at) as date) as counted_on
    from moments
    where num_nonnulls(called_at, is_satisfied) > 0
),

telling as (
    select distinct store_code
    from answered
    where
        is_satisfied is not null
        and counted_on <= :last_day
        and counted_on
        >= cast(:first_day as date)
        - make_interval(months => cast(:told_within as integer) - 1)
),

judged as (
    select
        store_code,
        complaint_no,
        is_satisfied,
        counted_on,
        case
            when called_at is null then 'answered_without_call'
            when called_at < solved_at then 'called_before_solution'
            when is_satisfied is not null then null
            when
                store_code in (select t.store_code from telling as t)
                then 'answer_not_told'
            else 'answer_never_told'
        end as left_out_as
    from answered
    where counted_on between :first_day and :last_day
)

select
    store_code,
    counted_on,
    'complaint' as row_kind,
    store_code || '|' || complaint_no as row_key,
    left_out_as is null and is_satisfied as is_numerator,
    left_out_as is not null as is_excluded,
    case
        when left_out_as is not null then left_out_as
        when is_satisfied then 'customer_satisfied'
        else 'customer_dissatisfied'
    end as reason
from judged
