-- When the customer was called again after a solution, where a dealer system
-- tells it.
alter table staging.complaint add column second_call_at timestamptz;
alter table core.complaint add column second_call_at timestamptz;

-- After a written criticism come points, and who has had several steps is
-- referred to HR, where there is nothing to be put right by a day.
alter table score.sanction_proposal
drop constraint sanction_proposal_step_check,
add constraint sanction_proposal_step_check check (
    (
        kind = 'sanction'
        and step in (
            'oral_warning', 'written_criticism', 'points_less', 'hr_referral'
        )
        and num_nulls(employee_no, scorecard_id) = 0
        and (correct_by is null) = (step = 'hr_referral')
    )
    or (
        kind = 'reward'
        and step in (
            'satisfaction_star', 'award_complaint_handling',
            'award_innovation', 'award_collaboration', 'bonus',
            'service_star', 'promotion_referral', 'team_award',
            'team_award_head'
        )
        and correct_by is null
        and (employee_no is null) = (step = 'team_award')
    )
);
