-- Absences that end on a day or later, of one employee or of all.
-- grain: one row per absence
-- reads: care.absence, core.employee, core.assignment
-- writes: –
with asked as (
    select
        cast(:since as date) as since,
        cast(:employee_no as text) as employee_no
)

select
    a.absence_no,
    a.employee_no,
    e.name,
    a.first_on,
    a.last_on,
    a.deputy_no,
    d.name as deputy_name,
    a.reason,
    a.entered_by,
    a.entered_at,
    a.ended_by,
    coalesce(s.store_codes, '{}') as store_codes
from asked
inner join care.absence as a
    on
        a.last_on >= greatest(a.first_on, asked.since)
        and a.employee_no = coalesce(asked.employee_no, a.employee_no)
inner join core.employee as e on a.employee_no = e.employee_no
left join core.employee as d on a.deputy_no = d.employee_no
left join lateral (
    select array_agg(distinct p.store_code order by p.store_code) as store_codes
    from core.assignment as p
    where a.employee_no = p.employee_no
) as s on true
order by a.first_on, a.employee_no, a.absence_no
