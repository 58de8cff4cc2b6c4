-- What was approved and stands on a step that was overturned since, as long as
-- it is not overturned itself; and an approved step whose own reason is gone,
-- until an objection says so.
-- grain: one row per approved step or referral and overturned step
-- reads: score.unfounded_step, score.overturned_step,
--   score.standing_decision, score.sanction_proposal, score.publication
-- writes: nothing
with
behind as (
    select
        proposal_id,
        overturned_id
    from score.unfounded_step
    union all
    select
        proposal_id,
        proposal_id as overturned_id
    from score.overturned_step
    where is_lapsed and objection_id is null
)

select
    behind.overturned_id,
    overturned_step.objection_id,
    overturned_step.is_lapsed,
    behind.proposal_id,
    sanction_proposal.month,
    sanction_proposal.employee_no,
    sanction_proposal.step,
    publication.month is not null as is_published
from behind
inner join score.overturned_step
    on behind.overturned_id = overturned_step.proposal_id
inner join score.sanction_proposal
    on behind.proposal_id = sanction_proposal.proposal_id
inner join score.standing_decision as standing
    on behind.proposal_id = standing.proposal_id
left join score.overturned_step as itself
    on behind.proposal_id = itself.proposal_id
left join score.publication
    on sanction_proposal.month = publication.month
where
    standing.decision = 'approve'
    and (
        itself.proposal_id is null
        or behind.proposal_id = behind.overturned_id
    )
order by behind.overturned_id, behind.proposal_id
