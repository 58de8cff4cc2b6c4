-- grain: one row where the feed of this target was read before
-- reads: outbound.read_cursor
-- writes: –
select cursor
from outbound.read_cursor
where
    target = :target
    and feed = :feed
