-- Earlier steps on which a person's proposals of a month stand, or stood before
-- they were withdrawn.
-- grain: one row per step
-- reads: score.sanction_proposal, score.proposal_evidence,
--   score.withdrawn_step
-- writes: nothing
select proposal_evidence.row_key
from score.sanction_proposal
inner join score.proposal_evidence
    on sanction_proposal.proposal_id = proposal_evidence.proposal_id
where
    sanction_proposal.kind = 'sanction'
    and sanction_proposal.month = :month -- noqa: RF02
    and sanction_proposal.employee_no = :employee_no -- noqa: RF02
    and proposal_evidence.row_kind = 'sanction_proposal'
union distinct
select behind.pair ->> 1 as row_key
from score.withdrawn_step
cross join
    lateral jsonb_array_elements(withdrawn_step.rows_behind) as behind (pair)
where
    withdrawn_step.month = :month -- noqa: RF02
    and withdrawn_step.employee_no = :employee_no -- noqa: RF02
    and behind.pair ->> 0 = 'sanction_proposal'
