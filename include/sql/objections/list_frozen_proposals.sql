-- Proposals that nobody may approve: before an objection is answered, or when
-- one that is about the proposal itself was upheld.
-- grain: one row per proposal and objection
-- reads: score.freezing_objection
-- writes: nothing
select
    proposal_id,
    objection_id,
    due_on,
    state
from score.freezing_objection
where proposal_id = any(:proposals)
order by proposal_id, objection_id
