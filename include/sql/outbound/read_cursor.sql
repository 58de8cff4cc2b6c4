-- grain: one row per target that was read
-- reads: outbound.read_cursor
-- writes: –
select cursor
from outbound.read_cursor
where target = :target
