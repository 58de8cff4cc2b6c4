-- Stores for which somebody holds one of some roles on a day; '*' is all.
-- grain: one row per store
-- reads: ops.user_role
-- writes: nothing
select distinct store_code
from ops.user_role
where
    user_name = :user_name
    and role = any(cast(:roles as text[]))
    and valid_from <= :today
    and (valid_to is null or valid_to >= :today)
order by store_code
