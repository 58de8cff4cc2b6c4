-- grain: one row per user, role, store and first day
-- reads: –
-- writes: ops.user_role
insert into ops.user_role (
    user_name,
    role,
    store_code,
    valid_from,
    valid_to,
    employee_no
)
values (
    :user_name,
    :role,
    :store_code,
    :valid_from,
    :valid_to,
    :employee_no
)
on conflict (user_name, role, store_code, valid_from) do update
    set
        valid_to = excluded.valid_to,
        employee_no = excluded.employee_no
