-- From the day on which a store closes nobody works its list, and nothing is
-- said in its name: what would be open is held, so that the stewards see whose
-- customers are left. What should have been done before that day was missed by
-- those who were there; what was to be done from then on is missed by nobody. A
-- closing day that is put right opens it again.
-- grain: one row per task of a store that is closed
-- reads: core.store
-- writes: pg_temp.night_task
update night_task as n
set
    status = case n.status when 'missed' then 'missed' else 'held' end,
    status_reason = 'store_closed'
from core.store as s
where
    n.store_code = s.store_code
    and s.closed_on <= least(cast(:horizon as date) + 1, n.expires_on)
    and (
        n.status = 'open'
        or n.status_reason = 'paused'
        or (n.status_reason = 'not_called' and s.closed_on <= n.deadline_on)
    )
