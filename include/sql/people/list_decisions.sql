-- All that people decided, with the documents they named and whether it
-- stands.
-- grain: one row per decision
-- reads: core.customer_decision, core.standing_decision
-- writes: nothing
select
    decisions.decision_id,
    decisions.action,
    decisions.undone_id,
    decisions.reason,
    decisions.decided_by,
    decisions.decided_at,
    decisions.kept_store_code || '.' || decisions.kept_document_no
    || '.' || decisions.kept_role as kept_key,
    decisions.other_store_code || '.' || decisions.other_document_no
    || '.' || decisions.other_role as other_key,
    case
        when decisions.action = 'undo' then 'undo'
        when standing.decision_id is null then 'undone'
        when standing.kept_id is null or standing.other_id is null then 'rests'
        else 'stands'
    end as state
from core.customer_decision as decisions
left join core.standing_decision as standing
    on decisions.decision_id = standing.decision_id
order by decisions.decision_id
