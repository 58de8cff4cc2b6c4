-- Complaints whose customer is satisfied: of those called again after the
-- solution in the month, however late, the ones of which the customer said to
-- be satisfied. Who did not say is excluded: no answer is not a bad one.
-- An answer counts only where a second call was noted, after a solution that
-- was noted: the rule asks what the customer says in that call. One without a
-- call, or from a call before the solution or without any, is excluded, and
-- shown on the day of the call, else of the solution, else of the complaint.
-- What counts is the answer as it is known when the month is scored: it has no
-- time of its own.
-- grain: one row per complaint that was called again or answered in the month
-- reads: core.complaint
-- writes: nothing
with
answered as (
    select
        store_code,
        complaint_no,
        is_satisfied,
        cast(
            coalesce(second_call_at, solved_at, received_at)
            at time zone :time_zone as date
        ) as counted_on,
        case
            when second_call_at is null then 'answered_without_call'
            when solved_at is null then 'not_handled'
            when second_call_at < solved_at then 'called_before_solution'
            when is_satisfied is null then 'answer_not_told'
        end as left_out_as
    from core.complaint
    where
        num_nonnulls(second_call_at, is_satisfied) > 0
        and (not is_vanished or vanished_day > :closing_on)
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
from answered
where counted_on between :first_day and :last_day
