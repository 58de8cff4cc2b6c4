-- Follow-up success: customers reached, of those attempted with a number
-- that works. A number that proved wrong is excluded, and so is who was
-- called already or is no customer of the store, or got a message instead of
-- a call; a refusal is not. One call counts once, whatever else was told in it.
-- grain: one row per follow-up task due in the month that was attempted
-- reads: pg_temp.judged_follow_up
-- writes: nothing
with
attempted as (
    select
        *,
        first_reached_on is not null as is_reached,
        is_number_wrong or not is_number_usable as is_number_useless
    from judged_follow_up
    where first_called_on is not null and not is_told
)

select
    owner_role,
    store_code,
    employee_no,
    counted_on,
    row_kind,
    row_key,
    is_reached as is_numerator,
    not is_reached
    and (is_number_useless or staff_answer is not null or is_by_message)
        as is_excluded,
    case
        when is_reached then 'reached'
        when is_number_useless then 'no_usable_number'
        when staff_answer is not null then staff_answer
        when is_by_message then 'by_message'
        when is_refused then 'refused'
        else 'not_reached'
    end as reason
from attempted
