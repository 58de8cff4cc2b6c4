-- Approved steps of a month, referrals aside, with those complaints behind them
-- that are still upheld against the same person and not about the product.
-- grain: one row per step
-- reads: score.sanction_proposal, score.standing_decision,
--   score.proposal_evidence, core.complaint
-- writes: nothing
with
steps as (
    select
        sanction_proposal.proposal_id,
        sanction_proposal.employee_no,
        sanction_proposal.store_code,
        sanction_proposal.step
    from score.sanction_proposal
    inner join score.standing_decision as standing
        on sanction_proposal.proposal_id = standing.proposal_id
    where
        sanction_proposal.kind = 'sanction'
        and sanction_proposal.step <> 'hr_referral'
        and sanction_proposal.month = :month -- noqa: RF02
        and standing.decision = 'approve'
)

select
    steps.proposal_id,
    steps.employee_no,
    steps.store_code,
    steps.step,
    array(
        select behind.row_key
        from score.proposal_evidence as behind
        inner join core.complaint
            on
                behind.row_key
                = complaint.store_code || '|' || complaint.complaint_no
        where
            behind.proposal_id = steps.proposal_id
            and behind.row_kind = 'complaint'
            and complaint.verdict = 'upheld'
            and complaint.owner_no = steps.employee_no
            and complaint.cause is distinct from 'product'
            and not complaint.is_vanished
        order by behind.row_key
    ) as complaints,
    exists(
        select 1
        from score.proposal_evidence as behind
        where
            behind.proposal_id = steps.proposal_id
            and behind.row_kind = 'follow_up_task'
    ) as is_about_answers,
    exists(
        select 1
        from score.proposal_evidence as behind
        where
            behind.proposal_id = steps.proposal_id
            and behind.row_kind = 'sanction_proposal'
    ) as is_repeated
from steps
order by steps.proposal_id
