-- Reminders made: those of a service, an inspection, the end of a warranty or
-- of an insurance of which the customer was called, whoever answered, or got a
-- message, of those due. A number that cannot be used keeps its reminder due:
-- nobody was reminded. One that was withdrawn, because the customer came or
-- renewed before, is due no more.
-- grain: one row per reminder due in the month
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
where about in ('service', 'inspection', 'warranty', 'insurance')
