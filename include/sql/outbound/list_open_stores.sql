-- grain: one row per store with tasks that a target shows as open
-- reads: outbound.ledger, care.follow_up_task
-- writes: –
select distinct t.store_code
from outbound.ledger as l
inner join care.follow_up_task as t on l.external_key = t.task_key
where
    l.target = :target -- noqa: RF02
    and l.entity = 'task'
    and not l.is_withdrawn
order by t.store_code
