-- On time: tasks with an attempt by the end of the deadline's day, of the
-- tasks due. `counted_contact` of the policy says what counts: attempted
-- (staff decide when to call, not who answers) or reached; a message instead
-- of a call counts when it was sent. A task whose
-- data came late is excluded unless it was on time all the same.
-- grain: one row per follow-up task due in the month
-- reads: pg_temp.judged_follow_up
-- writes: nothing
with
counted as (
    select
        *,
        case
            when
                cast(:counted_contact as text) = 'attempted' or is_by_message
                then first_called_on
            else first_reached_on
        end as first_counted_on
    from judged_follow_up
),

timed as (
    select
        *,
        coalesce(first_counted_on <= deadline_on, false) as is_on_time
    from counted
)

select
    owner_role,
    store_code,
    employee_no,
    counted_on,
    row_kind,
    row_key,
    is_on_time as is_numerator,
    excuse is not null or (is_late_by_data and not is_on_time) as is_excluded,
    case
        when excuse is not null then excuse
        when is_on_time then 'on_time'
        when is_late_by_data then 'late_by_data'
        when first_counted_on is not null then 'late'
        when is_number_usable then 'not_attempted'
        else 'no_usable_number'
    end as reason
from timed
