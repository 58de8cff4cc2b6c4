-- grain: one row: the month's first publication
-- reads: nothing
-- writes: score.publication
insert into score.publication (
    month,
    approved_by,
    tells_managers,
    tells_employees
)
values (:month, :approved_by, true, :tells_employees)
on conflict do nothing
