-- Satisfied share: customers who gave at least `satisfied_from` points, of
-- those who gave points when they were reached.
-- grain: one row per follow-up task due in the month that was answered
-- reads: pg_temp.judged_follow_up
-- writes: nothing
select
    owner_role,
    store_code,
    employee_no,
    counted_on,
    row_kind,
    row_key,
    false as is_excluded,
    satisfaction >= :satisfied_from as is_numerator,
    'points_' || satisfaction as reason
from judged_follow_up
where satisfaction is not null
