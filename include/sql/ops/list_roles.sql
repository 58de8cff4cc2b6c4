-- grain: one row per user, role, store and first day
-- reads: ops.user_role
-- writes: –
select
    user_name,
    role,
    store_code,
    valid_from,
    valid_to,
    employee_no
from ops.user_role
order by user_name, role, store_code, valid_from
