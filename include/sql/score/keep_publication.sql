-- A month that is told to nobody tells neither stores nor employees.
-- grain: one row: the month's first publication
-- reads: nothing
-- writes: score.publication
insert into score.publication (
    month,
    approved_by,
    is_told,
    tells_managers,
    tells_employees
)
values (
    :month,
    :approved_by,
    :is_told,
    :is_told,
    :is_told and :tells_employees
)
on conflict do nothing
