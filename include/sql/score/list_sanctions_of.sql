-- grain: one row per sanction proposed in these months that nobody
--   rejected; the newest decision counts
-- reads: score.sanction_proposal, score.standing_decision
-- writes: nothing
select
    sanction_proposal.employee_no,
    sanction_proposal.proposal_id
from score.sanction_proposal
left join score.standing_decision as standing
    on sanction_proposal.proposal_id = standing.proposal_id
where
    sanction_proposal.kind = 'sanction'
    and sanction_proposal.month = any(:months) -- noqa: RF02
    and standing.decision is distinct from 'reject'
order by sanction_proposal.employee_no, sanction_proposal.proposal_id
