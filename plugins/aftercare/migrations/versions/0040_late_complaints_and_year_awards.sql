-- Upheld complaints that a month counted, whether or not they gave reason for a
-- step. One that was told too late for a month that was settled counts in the
-- first month after it, and never twice.
create table score.counted_complaint (
    month text not null references score.month,
    row_key text not null,
    primary key (month, row_key)
);
create index counted_complaint_row_idx on score.counted_complaint (row_key);

-- What was there before counted, or did not count, by the rules of then and
-- counts nowhere anew: each complaint belongs to its month, or to that in which
-- it was closed more than five days after it. The group's clock is not known
-- here. So one that by the clock of any place may belong to a month that is not
-- settled (published, or decided on) is left to that month: none is lost. A
-- month that is open counts when it is scored.
with
upheld as (
    select
        store_code || '|' || complaint_no as row_key,
        to_char(received_on, 'YYYY-MM') as received,
        timezone('UTC', closed_at) - interval '12 hours' as earliest,
        timezone('UTC', closed_at) + interval '14 hours' as latest,
        date_trunc('month', cast(received_on as timestamp))
        + interval '1 month 5 days' as late_from
    from core.complaint
    where
        verdict = 'upheld'
        and not is_vanished
),

possible as (
    select
        row_key,
        received as month
    from upheld
    where coalesce(earliest < late_from, true)
    union distinct
    select
        row_key,
        to_char(earliest, 'YYYY-MM') as month
    from upheld
    where latest >= late_from
    union distinct
    select
        row_key,
        to_char(latest, 'YYYY-MM') as month
    from upheld
    where latest >= late_from
),

settled as (
    select month
    from score.publication
    union distinct
    select sanction_proposal.month
    from score.decision
    inner join score.sanction_proposal
        on decision.proposal_id = sanction_proposal.proposal_id
)

insert into score.counted_complaint (month, row_key)
select
    min(possible.month) as month,
    possible.row_key
from possible
left join settled on possible.month = settled.month
group by possible.row_key
having bool_and(settled.month is not null);

-- The team award of a year beside that of a quarter.
alter table score.sanction_proposal
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
            'team_award_head', 'year_team_award', 'year_team_award_head'
        )
        and num_nonnulls(correct_by, correct_within) = 0
        and (employee_no is null)
        = (step in ('team_award', 'year_team_award'))
    )
);
