-- grain: one row per policy line that something was decided with
-- reads: ops.policy_line
-- writes: –
select
    line_id,
    unit,
    value
from ops.policy_line
where is_used
order by line_id
