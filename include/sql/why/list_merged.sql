-- Tasks that wait for a task, or were told in its call. is_said: to be said in
-- it, because it can be, or because it is the same follow-up.
-- grain: one row per task
-- reads: care.follow_up_task
-- writes: –
select
    other.task_key,
    other.status,
    other.status_reason,
    other.is_mergeable
    or (
        other.store_code = t.store_code
        and other.pack = t.pack
        and other.rule_id = t.rule_id
        and other.event = t.event
        and other.occurrence = t.occurrence
    ) as is_said
from care.follow_up_task as t
inner join care.follow_up_task as other on t.task_key = other.merged_into
where t.task_key = :task_key -- noqa: RF02
order by other.task_key
