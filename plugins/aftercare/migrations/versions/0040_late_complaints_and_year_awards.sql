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
-- it was closed more than five days after it. A month that is open is counted
-- again when it is scored.
with
upheld as (
    select
        store_code || '|' || complaint_no as row_key,
        to_char(received_on, 'YYYY-MM') as received,
        to_char(closed_at, 'YYYY-MM') as closed,
        coalesce(
            closed_at
            >= date_trunc('month', received_on) + interval '1 month 5 days',
            false
        ) as is_closed_late
    from core.complaint
    where verdict = 'upheld'
)

insert into score.counted_complaint (month, row_key)
select
    months.month,
    upheld.row_key
from upheld
inner join score.month as months
    on
        case
            when upheld.is_closed_late then upheld.closed
            else upheld.received
        end = months.month;

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
