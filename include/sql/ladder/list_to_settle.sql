-- Whose undecided steps have to be looked at again, in months that are not
-- published: they stand on a step that was overturned, or were withdrawn for
-- one that counts again. What an upheld objection is about stays as it is: it
-- can only be rejected.
-- grain: one row per month and person
-- reads: score.sanction_proposal, score.standing_decision,
--   score.overturned_step, score.unfounded_step, score.withdrawn_step,
--   score.freezing_objection, score.lapsed_step, score.publication
-- writes: nothing
with
undecided as (
    select
        sanction_proposal.proposal_id,
        sanction_proposal.month,
        sanction_proposal.employee_no,
        sanction_proposal.step
    from score.sanction_proposal
    left join score.standing_decision as standing
        on sanction_proposal.proposal_id = standing.proposal_id
    left join score.overturned_step
        on sanction_proposal.proposal_id = overturned_step.proposal_id
    where
        sanction_proposal.kind = 'sanction'
        and standing.proposal_id is null
        and overturned_step.proposal_id is null
),

found as (
    select
        undecided.month,
        undecided.employee_no
    from undecided
    inner join score.unfounded_step
        on undecided.proposal_id = unfounded_step.proposal_id
    union distinct
    select
        undecided.month,
        undecided.employee_no
    from undecided
    inner join score.withdrawn_step
        on
            undecided.month = withdrawn_step.month
            and undecided.employee_no = withdrawn_step.employee_no
    where
        withdrawn_step.ended_at is null
        and undecided.step <> 'hr_referral'
        and not exists (
            select 1
            from unnest(withdrawn_step.overturned) as behind (proposal_id)
            left join score.standing_decision as standing
                on behind.proposal_id = standing.proposal_id
            where
                standing.decision is distinct from 'approve'
                or exists (
                    select 1
                    from score.lapsed_step
                    where
                        lapsed_step.proposal_id = behind.proposal_id
                        and lapsed_step.ended_at is null
                )
                or exists (
                    select 1
                    from score.freezing_objection
                    where freezing_objection.proposal_id = behind.proposal_id
                )
        )
)

select
    found.month,
    found.employee_no
from found
left join score.publication on found.month = publication.month
where
    publication.month is null
    and (
        found.month = cast(:month as text) -- noqa: RF02
        or cast(:month as text) = '' -- noqa: RF02
    )
order by found.month, found.employee_no
