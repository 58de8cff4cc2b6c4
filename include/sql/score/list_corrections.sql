-- Approved steps of which this month says whether they were put right: it is
-- the first whole one after the day on which they were told. Of those that have
-- a day of before, which ran from the closing day, it is the last whole one
-- before that day, or the first one after their own where that comes sooner.
-- One that was told to nobody is none to be put right. What is objected to need
-- not be put right, nor what an upheld objection was about. A referral has no
-- day. The month's own step is none where an objection to it was upheld.
-- grain: one row per step
-- reads: score.sanction_proposal, score.standing_decision,
--   score.proposal_objection, score.overturned_step,
--   score.proposal_evidence, score.scorecard, score.scorecard_line,
--   core.employee
-- writes: nothing
with
answers as (
    select
        scorecard.employee_no,
        sum(scorecard_line.denominator) as answered
    from score.scorecard
    left join score.scorecard_line
        on
            scorecard.scorecard_id = scorecard_line.scorecard_id
            and scorecard_line.kpi_id = :kpi -- noqa: RF02
    where
        scorecard.month = :month -- noqa: RF02
        and not scorecard.is_trial
    group by scorecard.employee_no
),

again as (
    select
        found.employee_no,
        min(found.proposal_id) as proposal_id
    from score.sanction_proposal as found
    where
        found.month = :month -- noqa: RF02
        and found.kind = 'sanction'
        and found.step <> 'hr_referral'
        and not exists (
            select 1
            from score.overturned_step
            where overturned_step.proposal_id = found.proposal_id
        )
    group by found.employee_no
),

about_answers as (
    select distinct proposal_id
    from score.proposal_evidence
    where row_kind = 'follow_up_task'
)

select
    steps.proposal_id,
    steps.employee_no,
    employee.name as employee_name,
    steps.store_code,
    steps.correct_by,
    again.proposal_id as again,
    answers.employee_no is not null as is_scored,
    about_answers.proposal_id is not null as is_about_answers,
    coalesce(answers.answered, 0) as answered
from score.sanction_proposal as steps
inner join score.standing_decision as standing
    on steps.proposal_id = standing.proposal_id
left join core.employee on steps.employee_no = employee.employee_no
left join answers on steps.employee_no = answers.employee_no
left join again on steps.employee_no = again.employee_no
left join about_answers on steps.proposal_id = about_answers.proposal_id
where
    standing.decision = 'approve'
    and steps.kind = 'sanction'
    and steps.step <> 'hr_referral'
    and steps.month < :month -- noqa: RF02
    and steps.correct_by is not null
    and case
        when steps.correct_within is null
            then
                greatest(
                    steps.correct_by,
                    cast(steps.month || '-01' as date)
                    + interval '2 months' - interval '1 day'
                ) >= :last_day -- noqa: RF02
                and greatest(
                    steps.correct_by,
                    cast(steps.month || '-01' as date)
                    + interval '2 months' - interval '1 day'
                ) < :next_last_day -- noqa: RF02
        else
            :month = to_char( -- noqa: RF02
                steps.correct_by - steps.correct_within + interval '1 month',
                'YYYY-MM'
            )
    end
    and not exists (
        select 1
        from score.proposal_objection
        where
            proposal_objection.proposal_id = steps.proposal_id
            and proposal_objection.state in ('open', 'upheld')
    )
order by steps.employee_no, steps.proposal_id
