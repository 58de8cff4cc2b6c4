-- Follow-up reach: customers reached, of the tasks due. Stands beside
-- success, which leaves out whom nobody tried to call. Who got a message
-- instead of a call is left out.
-- grain: one row per follow-up task due in the month
-- reads: pg_temp.judged_follow_up
-- writes: nothing
select
    owner_role,
    store_code,
    employee_no,
    counted_on,
    row_kind,
    row_key,
    first_reached_on is not null as is_numerator,
    excuse is not null or is_by_message as is_excluded,
    case
        when excuse is not null then excuse
        when is_told then 'told'
        when first_reached_on is not null then 'reached'
        when is_by_message then 'by_message'
        when first_called_on is not null then 'not_reached'
        when is_number_usable then 'not_attempted'
        else 'no_usable_number'
    end as reason
from judged_follow_up
