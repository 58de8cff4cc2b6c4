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
