-- What was approved and stands on a step that was overturned since, as long as
-- it is not overturned itself.
-- grain: one row per approved step or referral and overturned step
-- reads: score.unfounded_step, score.overturned_step,
--   score.standing_decision, score.sanction_proposal, score.publication
-- writes: nothing
select
    unfounded_step.overturned_id,
    overturned_step.objection_id,
    unfounded_step.proposal_id,
    sanction_proposal.month,
    sanction_proposal.employee_no,
    sanction_proposal.step,
    publication.month is not null as is_published
from score.unfounded_step
inner join score.overturned_step
    on unfounded_step.overturned_id = overturned_step.proposal_id
inner join score.sanction_proposal
    on unfounded_step.proposal_id = sanction_proposal.proposal_id
inner join score.standing_decision as standing
    on unfounded_step.proposal_id = standing.proposal_id
left join score.overturned_step as itself
    on unfounded_step.proposal_id = itself.proposal_id
left join score.publication
    on sanction_proposal.month = publication.month
where
    standing.decision = 'approve'
    and itself.proposal_id is null
order by unfounded_step.overturned_id, unfounded_step.proposal_id
