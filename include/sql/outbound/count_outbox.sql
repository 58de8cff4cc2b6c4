-- Messages that are not settled, and those that a person has to see to, each
-- key once. What was rejected of a task that is over concerns nobody, a contact
-- only where no other task waits for it; of a complaint or a month it does
-- concern somebody, for the target still shows it.
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
            or exists (
                select 1
                from care.follow_up_task as other
                where
                    m.entity = 'contact' -- noqa: RF01
                    and m.store_code = other.store_code -- noqa: RF01
                    and (
                        t.vin = other.vin -- noqa: RF01
                        or (
                            t.vin is null -- noqa: RF01
                            and other.vin is null
                            and t.document_no = other.document_no -- noqa: RF01
                        )
                    )
                    and other.status = 'open'
            )
        )
)

select
    target,
    state,
    count(*) as messages
from found
group by target, state
order by target, state
