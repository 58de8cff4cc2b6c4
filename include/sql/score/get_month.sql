-- grain: one row per scored month: none or one
-- reads: score.month, score.publication, score.decision,
--   score.sanction_proposal
-- writes: nothing
with
scored as (
    select
        month,
        state,
        policy_digest
    from score.month
    where month = :month
),

decided as (
    select distinct sanction_proposal.month
    from score.sanction_proposal
    inner join score.decision
        on sanction_proposal.proposal_id = decision.proposal_id
)

select
    scored.month,
    scored.state,
    scored.policy_digest,
    publication.approved_by,
    publication.published_at,
    decided.month is not null as is_decided
from scored
left join score.publication on scored.month = publication.month
left join decided on scored.month = decided.month
