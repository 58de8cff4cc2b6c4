-- grain: one row
-- reads: pg_temp.changed_role
-- writes: –
select count(*) as changed_roles
from changed_role
