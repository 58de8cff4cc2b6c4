-- What stewards decided about a held row; not their comments, which may name
-- somebody.
-- grain: one row per decision
-- reads: quality.decision
-- writes: –
select
    case_id,
    action,
    rule_id,
    reason_code,
    decided_by,
    decided_at,
    expires_on
from quality.decision
where case_id = :case_id
order by decision_id
