-- Decisions that stand, of some customers or, without ids, of all.
-- grain: one row per decision
-- reads: core.standing_decision
-- writes: nothing
select
    decision_id,
    action,
    kept_id,
    other_id,
    reason,
    decided_by,
    decided_at
from core.standing_decision
where
    cast(:customer_ids as text[]) is null
    or kept_id = any(cast(:customer_ids as text[]))
    or other_id = any(cast(:customer_ids as text[]))
order by decision_id
