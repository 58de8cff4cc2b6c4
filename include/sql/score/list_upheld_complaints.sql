-- Complaints received in the month and upheld by its closing day. One that
-- nobody is named for is nobody's; one that was deleted is none.
-- grain: one row per complaint
-- reads: core.complaint
-- writes: nothing
select
    owner_no as employee_no,
    store_code || '|' || complaint_no as row_key
from core.complaint
where
    verdict = 'upheld'
    and not is_vanished
    and owner_no is not null
    and received_on between :first_day and :last_day
    and (
        closed_at is null
        or cast(timezone(:time_zone, closed_at) as date) <= :closing_on
    )
order by owner_no, store_code, complaint_no
