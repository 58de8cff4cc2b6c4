-- Keeps one decision about several cases.
-- grain: one row per case
-- reads: nothing
-- writes: quality.decision
insert into quality.decision (
    case_id,
    action,
    rule_id,
    reason_code,
    comment,
    decided_by,
    expires_on
)
select
    chosen.case_id,
    cast(:action as text) as chosen_action,
    cast(:rule_id as text) as rule_id,
    cast(:reason_code as text) as reason_code,
    cast(:comment as text) as said,
    cast(:user_name as text) as decided_by,
    cast(:expires_on as date) as expires_on
from unnest(cast(:case_ids as bigint[])) as chosen (case_id)
