-- grain: one row per person with a sanction proposed in these months
-- reads: score.sanction_proposal
-- writes: nothing
select
    employee_no,
    proposal_id
from score.sanction_proposal
where
    kind = 'sanction'
    and month = any(:months)
order by employee_no, proposal_id
