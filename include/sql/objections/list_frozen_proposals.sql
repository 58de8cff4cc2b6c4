-- Proposals that nobody may approve before an objection is answered.
-- grain: one row per proposal and open objection
-- reads: score.proposal_objection
-- writes: nothing
select
    proposal_id,
    objection_id,
    due_on
from score.proposal_objection
where
    proposal_id = any(:proposals)
    and state = 'open'
order by proposal_id, objection_id
