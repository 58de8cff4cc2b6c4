-- Where somebody works from a day on.
-- grain: one row per store
-- reads: core.assignment
-- writes: –
select distinct store_code
from core.assignment
where
    employee_no = :employee_no -- noqa: RF02
    and coalesce(valid_to, cast(:since as date)) >= cast(:since as date)
order by store_code
