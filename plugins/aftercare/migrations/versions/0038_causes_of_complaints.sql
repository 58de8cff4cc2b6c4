-- What a complaint was about, where a dealer system tells it: product, service
-- or other.
alter table staging.complaint add column cause text;
alter table core.complaint add column cause text;

-- The time to put a step right runs from the day on which it is told: until
-- then there are its days. What was proposed before keeps the day that it has.
alter table score.sanction_proposal
add column correct_within integer,
drop constraint sanction_proposal_step_check,
add constraint sanction_proposal_step_check check (
    (
        kind = 'sanction'
        and step in (
            'oral_warning', 'written_criticism', 'points_less', 'hr_referral'
        )
        and num_nulls(employee_no, scorecard_id) = 0
        and (num_nulls(correct_by, correct_within) = 2)
        = (step = 'hr_referral')
    )
    or (
        kind = 'reward'
        and step in (
            'satisfaction_star', 'award_complaint_handling',
            'award_innovation', 'award_collaboration', 'bonus',
            'service_star', 'promotion_referral', 'team_award',
            'team_award_head'
        )
        and num_nonnulls(correct_by, correct_within) = 0
        and (employee_no is null) = (step = 'team_award')
    )
);

-- Approved steps of published months for which there is no reason any more: a
-- complaint behind them was rejected since, or an answer is another one.
create table score.lapsed_step (
    lapsed_id bigint generated always as identity primary key,
    proposal_id text not null references score.sanction_proposal,
    month text not null references score.month,
    noticed_at timestamptz not null default clock_timestamp(),
    -- When there was a reason again.
    ended_at timestamptz
);
create unique index lapsed_step_standing_idx
on score.lapsed_step (proposal_id)
where ended_at is null;

create or replace view score.overturned_step as
select
    sanction_proposal.proposal_id,
    min(objection.objection_id) as objection_id,
    bool_or(lapsed_step.proposal_id is not null) as is_lapsed
from score.sanction_proposal
left join score.standing_decision as standing
    on sanction_proposal.proposal_id = standing.proposal_id
left join score.objection
    on
        sanction_proposal.proposal_id = objection.proposal_id
        and objection.state = 'upheld'
left join score.lapsed_step
    on
        sanction_proposal.proposal_id = lapsed_step.proposal_id
        and lapsed_step.ended_at is null
where
    sanction_proposal.kind = 'sanction'
    and sanction_proposal.step <> 'hr_referral'
    and (
        standing.decision = 'reject'
        or objection.objection_id is not null
        or lapsed_step.proposal_id is not null
    )
group by sanction_proposal.proposal_id;
