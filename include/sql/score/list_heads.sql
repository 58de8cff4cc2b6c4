-- grain: one row per store and person who holds one of these posts on a day
-- reads: core.assignment
-- writes: nothing
select distinct
    store_code,
    employee_no
from core.assignment
where
    role = any(:roles)
    and valid_from <= :day
    and coalesce(valid_to, :day) >= :day
order by store_code, employee_no
