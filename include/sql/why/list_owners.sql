-- Who has the task's role in its store while the task can be worked on.
-- grain: one row per employee and assignment
-- reads: care.follow_up_task, core.assignment
-- writes: –
select
    a.employee_no,
    a.valid_from,
    a.valid_to,
    coalesce(a.employee_no = t.owner_no, false) as is_owner,
    t.open_on between a.valid_from and coalesce(a.valid_to, t.open_on)
        as had_role_when_opened
from care.follow_up_task as t
inner join core.assignment as a
    on
        t.store_code = a.store_code
        and t.owner_role = a.role
        and t.expires_on >= a.valid_from
        and t.open_on <= coalesce(a.valid_to, t.open_on)
where t.task_key = :task_key -- noqa: RF02
order by a.employee_no, a.valid_from
