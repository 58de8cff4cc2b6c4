-- Steps of the ladder of these months that a person approved and that were
-- told, referrals aside. One to which an objection is open or was upheld counts
-- against nobody, nor does one for which there is no reason any more or one
-- that stands on an earlier step that was overturned. Nobody was told of one
-- whose month is not published, or was published without a word.
-- grain: one row per step
-- reads: score.sanction_proposal, score.standing_decision,
--   score.publication, score.freezing_objection, score.lapsed_step,
--   score.unfounded_step
-- writes: nothing
with
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
    steps.step,
    cast(
        timezone(
            :time_zone, -- noqa: RF02
            publication.published_at
        ) as date
    ) as told_on
from steps
inner join score.standing_decision as standing
    on steps.proposal_id = standing.proposal_id
inner join score.publication on steps.month = publication.month
where
    standing.decision = 'approve'
    and publication.is_told
    and not exists (
        select 1
        from score.freezing_objection
        where freezing_objection.proposal_id = steps.proposal_id
    )
    and not exists (
        select 1
        from score.lapsed_step
        where
            lapsed_step.proposal_id = steps.proposal_id
            and lapsed_step.ended_at is null
    )
    and not exists (
        select 1
        from score.unfounded_step
        where unfounded_step.proposal_id = steps.proposal_id
    )
order by steps.employee_no, steps.month, steps.proposal_id
