-- How long ago the newest doubt began that keeps a message waiting: its own, or
-- that of an older message of its key.
-- grain: one row; null where nothing is in doubt
-- reads: outbound.message
-- writes: –
select
    extract(
        epoch from clock_timestamp() - max(doubtful.doubt_since)
    ) as seconds
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
