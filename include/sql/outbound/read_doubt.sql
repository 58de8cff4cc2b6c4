-- How long ago the newest doubt began that keeps a message waiting: that of an
-- older message of its key, or its own; and how many are in doubt themselves.
-- grain: one row; seconds are null where nothing waits for a doubt
-- reads: outbound.message
-- writes: –
select
    extract(
        epoch from clock_timestamp() - max(doubtful.doubt_since) filter (
            where
            waiting.message_id > doubtful.message_id
            or cast(:waits_for_own as boolean) -- noqa: RF02
        )
    ) as seconds,
    count(distinct waiting.message_id) filter (
        where waiting.state = 'unknown'
    ) as messages
from outbound.message as waiting
inner join outbound.message as doubtful
    on
        waiting.target = doubtful.target
        and waiting.entity = doubtful.entity
        and waiting.external_key = doubtful.external_key
        and waiting.message_id >= doubtful.message_id
where
    waiting.target = :target -- noqa: RF02
    and waiting.state in ('pending', 'retry', 'unknown')
    and doubtful.doubt_since is not null
