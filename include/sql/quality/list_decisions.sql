-- What was decided about a case, the newest first.
-- grain: one decision
-- reads: quality.decision
-- writes: nothing
select
    decision_id,
    action,
    rule_id,
    reason_code,
    comment,
    decided_by,
    decided_at,
    expires_on
from quality.decision
where case_id = :case_id
order by decision_id desc
