-- Open tasks by the script with which they were made.
-- grain: one row per script and version
-- reads: care.follow_up_task
-- writes: –
select
    script_id,
    script_version,
    count(*) as tasks
from care.follow_up_task
where status = 'open'
group by script_id, script_version
order by script_id, script_version
