-- grain: one row per step or referral of a person in a month
-- reads: score.sanction_proposal, score.standing_decision,
--   score.proposal_evidence, score.unfounded_step, score.overturned_step
-- writes: nothing
with
own as (
    select
        proposal_id,
        step,
        store_code,
        scorecard_id
    from score.sanction_proposal
    where
        kind = 'sanction'
        and month = :month
        and employee_no = :employee_no
)

select
    own.proposal_id,
    own.step,
    own.store_code,
    own.scorecard_id,
    standing.decision,
    array(
        select proposal_evidence.row_key
        from score.proposal_evidence
        where
            proposal_evidence.proposal_id = own.proposal_id
            and proposal_evidence.row_kind = 'complaint'
        order by proposal_evidence.row_key
    ) as complaints,
    array(
        select unfounded_step.overturned_id
        from score.unfounded_step
        where unfounded_step.proposal_id = own.proposal_id
        order by unfounded_step.overturned_id
    ) as overturned,
    exists(
        select 1
        from score.overturned_step
        where overturned_step.proposal_id = own.proposal_id
    ) as is_overturned
from own
left join score.standing_decision as standing
    on own.proposal_id = standing.proposal_id
order by own.proposal_id
