-- grain: one row per decision about messages
-- reads: outbound.decision
-- writes: –
select
    message_id,
    target,
    action,
    reason,
    decided_by,
    decided_at
from outbound.decision
where message_id = any(cast(:message_ids as bigint[]))
order by decision_id
