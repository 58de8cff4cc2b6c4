-- Messages that were given up, of whatever day, about which nobody decided yet.
-- grain: one row
-- reads: outbound.newest_message
-- writes: –
select count(*) as messages
from outbound.newest_message
where target = :target and state = 'dead'
