-- grain: one row per sanction proposed in these months that nobody
--   rejected; the newest decision counts
-- reads: score.sanction_proposal, score.decision
-- writes: nothing
with
newest as (
    select distinct on (proposal_id)
        proposal_id,
        decision
    from score.decision
    order by proposal_id asc, decision_id desc
)

select
    sanction_proposal.employee_no,
    sanction_proposal.proposal_id
from score.sanction_proposal
left join newest on sanction_proposal.proposal_id = newest.proposal_id
where
    sanction_proposal.kind = 'sanction'
    and sanction_proposal.month = any(:months) -- noqa: RF02
    and newest.decision is distinct from 'reject'
order by sanction_proposal.employee_no, sanction_proposal.proposal_id
