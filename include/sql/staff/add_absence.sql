-- grain: one row
-- reads: –
-- writes: care.absence
insert into care.absence (
    employee_no,
    first_on,
    last_on,
    deputy_no,
    reason,
    entered_by
)
values (
    :employee_no,
    :first_on,
    :last_on,
    :deputy_no,
    :reason,
    :user_name
)
returning absence_no
