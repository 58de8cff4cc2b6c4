-- Tasks on the lists of a day whose words nobody approved. What is said is the
-- script as it is now, whatever version a task was made with.
-- grain: one row
-- reads: care.follow_up_task, ops.script_approval
-- writes: –
with present as (
    select
        s.script_id,
        s.script_version
    from
        jsonb_to_recordset(cast(:scripts as jsonb)) -- noqa: RF02
            as s (script_id text, script_version text)
)

select
    count(*) as tasks,
    count(distinct t.script_id) as scripts
from care.follow_up_task as t
inner join present as p on t.script_id = p.script_id
where
    t.status = 'open'
    and t.open_on <= :work_day -- noqa: RF02
    and t.pack = any(cast(:packs as text[])) -- noqa: RF02
    and not exists (
        select 1
        from ops.script_approval as a
        where
            p.script_id = a.script_id
            and p.script_version = a.script_version
    )
