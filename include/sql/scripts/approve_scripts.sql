-- Keeps who approved scripts in their present versions; what was approved
-- before stays as it was.
-- grain: one row per script that is approved for the first time
-- reads: –
-- writes: ops.script_approval
with said as (
    select
        cast(:user_name as text) as approved_by,
        cast(:remark as text) as remark
)

insert into ops.script_approval (
    script_id,
    script_version,
    approved_by,
    remark
)
select
    s.script_id,
    s.script_version,
    said.approved_by,
    said.remark
from said
cross join
    jsonb_to_recordset(cast(:scripts as jsonb)) -- noqa: RF02
        as s (script_id text, script_version text)
order by s.script_id
on conflict (script_id, script_version) do nothing
returning script_id
