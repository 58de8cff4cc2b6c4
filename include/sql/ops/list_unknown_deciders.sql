-- Who decides about months, and of whom nobody said which employee they are, or
-- (an empty number) that they are none. One grant that says it is enough.
-- grain: one row per user
-- reads: ops.user_role
-- writes: nothing
select user_name
from ops.user_role
where valid_to is null or valid_to >= :day
group by user_name
having
    bool_or(role in ('hr', 'manager'))
    and count(employee_no) = 0
order by user_name
