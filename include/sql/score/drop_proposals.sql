-- grain: one row per proposal of a kind that the month gives no reason for
--   any more
-- reads: nothing
-- writes: score.proposal_evidence, score.sanction_proposal
with
stale as (
    select proposal_id
    from score.sanction_proposal
    where
        month = :month
        and kind = :kind
        and proposal_id <> all(cast(:proposals as text[]))
),

evidence as (
    delete from score.proposal_evidence
    where proposal_id in (select stale.proposal_id from stale)
)

delete from score.sanction_proposal
where proposal_id in (select stale.proposal_id from stale)
