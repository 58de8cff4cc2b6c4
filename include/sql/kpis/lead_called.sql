-- Defeated leads called: those whose customer was called, whoever answered, of
-- those whose call was due. Who wants no call is excluded.
-- grain: one row per call to a defeated lead due in the month
-- reads: pg_temp.judged_contact
-- writes: nothing
select
    owner_role,
    store_code,
    employee_no,
    counted_on,
    row_kind,
    row_key,
    is_made as is_numerator,
    excuse is not null as is_excluded,
    coalesce(excuse, what_happened) as reason
from judged_contact
where event = 'lead_defeated'
