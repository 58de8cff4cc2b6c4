-- grain: one row per proposal of these ids
-- reads: nothing
-- writes: score.proposal_evidence, score.sanction_proposal
with
evidence as (
    delete from score.proposal_evidence
    where proposal_id = any(:proposals)
)

delete from score.sanction_proposal
where proposal_id = any(:proposals)
