-- grain: one row per follow-up and range that changed a task tonight
-- reads: pg_temp.night_change, pg_temp.night_task
-- writes: –
select distinct n.rule_no
from night_change as c
inner join night_task as n on c.task_key = n.task_key
where n.rule_no is not null
order by n.rule_no
