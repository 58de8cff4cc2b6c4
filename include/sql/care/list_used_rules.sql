-- grain: one row per follow-up and range that changed a task tonight
-- reads: pg_temp.night_change, pg_temp.night_subject
-- writes: –
select distinct s.rule_no
from night_change as c
inner join night_subject as s on c.task_key = s.task_key
where s.problem is null or s.lost_on is not null
order by s.rule_no
