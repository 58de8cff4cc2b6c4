-- A store may have moved to another target: what counts is whether the last
-- message to this one asked for the task.
-- grain: one row per task that a store works on here, in the order of its list
-- reads: care.follow_up_task, outbound.message
-- writes: –
with tasks as (
    select
        task_key,
        deadline_on,
        owner_no,
        channel
    from care.follow_up_task
    where
        store_code = :store_code
        and status = 'open'
        and open_on <= :work_day
        and expires_on >= :today
)

select t.task_key
from tasks as t
inner join lateral (
    select m.action
    from outbound.message as m
    where
        m.target = :target -- noqa: RF02
        and m.entity = 'task'
        and m.external_key = t.task_key
    order by m.message_id desc
    limit 1
) as newest on true
where newest.action = 'upsert'
-- Calls first: messages by hand may be many, and nobody waits for one.
order by t.channel = 'sms', t.deadline_on, t.owner_no, t.task_key
