-- How long ago the newest doubt about a message of a target began.
-- grain: one row; null where nothing is in doubt
-- reads: outbound.message
-- writes: –
select extract(epoch from clock_timestamp() - max(doubt_since)) as seconds
from outbound.message
where
    target = :target
    and state = 'unknown'
