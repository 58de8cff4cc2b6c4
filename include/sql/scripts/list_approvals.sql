-- Who approved which version of which script.
-- grain: one row per script and version
-- reads: ops.script_approval
-- writes: –
select
    script_id,
    script_version,
    approved_by,
    approved_at,
    remark
from ops.script_approval
order by script_id, approved_at, script_version
