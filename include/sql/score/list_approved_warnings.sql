-- Oral warnings of these months that a person approved. One to which an
-- objection is open or was upheld counts against nobody.
-- grain: one row per warning
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

warnings as (
    select
        proposal_id,
        employee_no
    from score.sanction_proposal
    where
        step = 'oral_warning'
        and month = any(:months)
)

select
    warnings.employee_no,
    warnings.proposal_id
from warnings
inner join newest on warnings.proposal_id = newest.proposal_id
where
    newest.decision = 'approve'
    and not exists (
        select 1
        from score.proposal_objection
        where
            proposal_objection.proposal_id = warnings.proposal_id
            and (
                proposal_objection.state = 'open'
                or (
                    proposal_objection.state = 'upheld'
                    and proposal_objection.is_about_proposal
                )
            )
    )
order by warnings.employee_no, warnings.proposal_id
