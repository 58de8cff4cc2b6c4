-- Steps of the ladder of these months that a person approved, referrals
-- aside. One to which an objection is open or was upheld counts against nobody.
-- grain: one row per step
-- reads: score.sanction_proposal, score.decision, score.proposal_objection
-- writes: nothing
with
newest as (
    select distinct on (proposal_id)
        proposal_id,
        decision
    from score.decision
    order by proposal_id asc, decision_id desc
),

steps as (
    select
        proposal_id,
        employee_no,
        month,
        step
    from score.sanction_proposal
    where
        kind = 'sanction'
        and step <> 'hr_referral'
        and month = any(:months)
)

select
    steps.employee_no,
    steps.proposal_id,
    steps.month,
    steps.step
from steps
inner join newest on steps.proposal_id = newest.proposal_id
where
    newest.decision = 'approve'
    and not exists (
        select 1
        from score.proposal_objection
        where
            proposal_objection.proposal_id = steps.proposal_id
            and (
                proposal_objection.state = 'open'
                or (
                    proposal_objection.state = 'upheld'
                    and proposal_objection.is_about_proposal
                )
            )
    )
order by steps.employee_no, steps.month, steps.proposal_id
