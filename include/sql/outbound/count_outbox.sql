-- Messages that are not settled, and those that a person has to see to, each
-- key once. What was rejected of a task that is over concerns nobody.
-- grain: one row per target and state
-- reads: outbound.message, care.follow_up_task
-- writes: –
with found as (
    select m.*
    from outbound.message as m
    where m.state in ('pending', 'sending', 'retry', 'unknown')
    union all
    select m.*
    from outbound.message as m
    inner join care.follow_up_task as t on m.task_key = t.task_key
    where
        m.state in ('rejected', 'dead', 'dropped')
        and (m.state = 'dead' or (m.state = 'rejected' and t.status = 'open'))
)

select
    m.target,
    m.state,
    count(*) as messages
from found as m
where
    not exists (
        select 1
        from outbound.message as newer
        where
            newer.target = m.target
            and newer.entity = m.entity
            and newer.external_key = m.external_key
            and newer.message_id > m.message_id
    )
group by m.target, m.state
order by m.target, m.state
