-- Messages that are not settled, and those that a person has to see to, each
-- key once. What was rejected of a task that is over concerns nobody.
-- grain: one row per target and state
-- reads: outbound.newest_message, outbound.needed_rejection
-- writes: –
with found as (
    select
        target,
        state
    from outbound.newest_message
    where state in ('pending', 'sending', 'retry', 'unknown')
    union all
    select
        target,
        state
    from outbound.newest_message
    where state = 'dead'
    union all
    select
        target,
        state
    from outbound.needed_rejection
)

select
    target,
    state,
    count(*) as messages
from found
group by target, state
order by target, state
