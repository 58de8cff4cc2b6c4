-- Steps of the ladder that count against nobody any more: an objection to them
-- was upheld, or whoever decided took the approval back.
create view score.overturned_step as
select
    sanction_proposal.proposal_id,
    min(objection.objection_id) as objection_id
from score.sanction_proposal
left join score.standing_decision as standing
    on sanction_proposal.proposal_id = standing.proposal_id
left join score.objection
    on
        sanction_proposal.proposal_id = objection.proposal_id
        and objection.state = 'upheld'
where
    sanction_proposal.kind = 'sanction'
    and sanction_proposal.step <> 'hr_referral'
    and (
        standing.decision = 'reject'
        or objection.objection_id is not null
    )
group by sanction_proposal.proposal_id;

-- Few rows behind proposals are earlier steps; most are answers.
create index proposal_evidence_step_idx
on score.proposal_evidence (row_key)
where row_kind = 'sanction_proposal';
create index objection_proposal_idx on score.objection (proposal_id)
where proposal_id is not null;

-- Steps and referrals that stand on an overturned step of an earlier month, by
-- themselves or through others between. A referral falls through the step of
-- its own month, too, but not because that one was rejected: who rejects it
-- decides about the referral as well.
create view score.unfounded_step as
with recursive
links as (
    select
        proposal.proposal_id,
        behind.proposal_id as behind_id,
        behind.month < proposal.month as is_earlier
    from score.sanction_proposal as proposal
    inner join score.proposal_evidence
        on proposal.proposal_id = proposal_evidence.proposal_id
    inner join score.sanction_proposal as behind
        on proposal_evidence.row_key = behind.proposal_id
    where
        proposal_evidence.row_kind = 'sanction_proposal'
        and proposal.kind = 'sanction'
),

unfounded as (
    select
        links.proposal_id,
        links.behind_id as overturned_id
    from links
    inner join score.overturned_step
        on links.behind_id = overturned_step.proposal_id
    where links.is_earlier
    union distinct
    select
        links.proposal_id,
        unfounded.overturned_id
    from links
    inner join unfounded on links.behind_id = unfounded.proposal_id
)

select
    proposal_id,
    overturned_id
from unfounded;

-- What was proposed, not yet decided, and withdrawn because a step behind it
-- was overturned; in the words in which it was proposed. No key leads to the
-- proposal: it is gone, or is another one by now.
create table score.withdrawn_step (
    withdrawn_id bigint generated always as identity primary key,
    proposal_id text not null,
    month text not null references score.month,
    employee_no text not null references core.employee,
    store_code text not null references core.store,
    step text not null,
    rule_id text not null,
    reason text not null,
    policy_line text not null,
    rows_behind jsonb not null,
    -- The steps that were overturned, what stands in its place, and why in
    -- words.
    overturned text[] not null,
    instead text,
    words text not null,
    withdrawn_at timestamptz not null default clock_timestamp(),
    -- When all of these steps counted again.
    ended_at timestamptz
);
create index withdrawn_step_month_idx on score.withdrawn_step (month);
