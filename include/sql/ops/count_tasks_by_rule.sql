-- How many tasks each follow-up has, and how many of them were handed to
-- somebody who works on them.
-- grain: one row per rule and follow-up
-- reads: care.follow_up_task, outbound.message
-- writes: –
with handed as (
    select distinct external_key as task_key
    from outbound.message
    where entity = 'task' and action = 'upsert'
)

select
    t.rule_id,
    split_part(
        split_part(t.policy_line, '/follow_ups/', 2), '/', 1
    ) as follow_up,
    count(*) as tasks,
    count(h.task_key) as handed_on
from care.follow_up_task as t
left join handed as h on t.task_key = h.task_key
group by t.rule_id, follow_up
order by t.rule_id, follow_up
