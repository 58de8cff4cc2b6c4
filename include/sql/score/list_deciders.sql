-- grain: one row per role of a user on a day that may decide
-- reads: ops.user_role
-- writes: nothing
select
    role,
    store_code,
    employee_no
from ops.user_role
where
    user_name = :user_name
    and valid_from <= :day
    and (valid_to is null or valid_to >= :day)
