-- Who has the task's role in its store, and was away while it could be worked
-- on.
-- grain: one row per absence
-- reads: care.follow_up_task, core.assignment, care.absence
-- writes: –
select distinct
    a.absence_no,
    a.employee_no,
    a.first_on,
    a.last_on,
    a.deputy_no
from care.follow_up_task as t
inner join core.assignment as p
    on
        t.store_code = p.store_code
        and t.owner_role = p.role
        and t.expires_on >= p.valid_from
        and t.open_on <= coalesce(p.valid_to, t.open_on)
inner join care.absence as a on p.employee_no = a.employee_no
where
    t.task_key = :task_key -- noqa: RF02
    and a.first_on <= t.expires_on
    and a.last_on >= greatest(a.first_on, t.open_on)
order by a.first_on, a.employee_no
