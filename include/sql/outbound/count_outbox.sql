-- Messages that are not settled, and those that a person has to see to, each
-- key once. What was rejected of a task that is over concerns nobody; of a
-- complaint or a month it does, for the target still shows it.
-- grain: one row per target and state
-- reads: outbound.newest_message, care.follow_up_task
-- writes: –
with found as (
    select
        target,
        state
    from outbound.newest_message
    where state in ('pending', 'sending', 'retry', 'unknown')
    union all
    select
        m.target,
        m.state
    from outbound.newest_message as m
    left join care.follow_up_task as t on m.task_key = t.task_key
    where
        m.state in ('rejected', 'dead')
        and (
            m.state = 'dead'
            or t.status = 'open'
            or m.complaint_no is not null
            or m.month is not null
        )
)

select
    target,
    state,
    count(*) as messages
from found
group by target, state
order by target, state
