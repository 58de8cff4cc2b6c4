-- People decided all proposals of a month; every fifth one is not approved.
-- grain: one row per proposal
-- reads: score.sanction_proposal
-- writes: score.decision
insert into score.decision (proposal_id, decision, decided_by)
select
    proposal_id,
    case bench_draw(proposal_id, 5) when 0 then 'reject' else 'approve' end
        as decision,
    'hr' as decided_by
from score.sanction_proposal
where month = :month
