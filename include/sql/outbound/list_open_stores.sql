-- grain: one row per store with tasks that a target shows as open, or with open
--   complaints that a dealer system registered
-- reads: outbound.ledger, care.follow_up_task, core.complaint, ops.load
-- writes: –
select t.store_code
from outbound.ledger as l
inner join care.follow_up_task as t on l.external_key = t.task_key
where
    l.target = :target -- noqa: RF02
    and l.entity = 'task'
    and not l.is_withdrawn
union
select k.store_code
from core.complaint as k
inner join ops.load as brought on k.load_id = brought.load_id
where
    k.store_code = any(cast(:store_codes as text[])) -- noqa: RF02
    and k.closed_at is null
    and not k.is_vanished
    and brought.system <> :target -- noqa: RF02
order by store_code
