-- grain: one row per role
-- reads: pg_temp.gathered_role
-- writes: core.customer_role
update core.customer_role as known
set customer_id = firsts.role_key
from gathered_role as gathered
inner join gathered_role as firsts on gathered.label = firsts.place
where
    known.role_key = gathered.role_key
    and known.customer_id is distinct from firsts.role_key
