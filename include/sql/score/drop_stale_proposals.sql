-- A scorecard that goes takes its undecided proposals along; proposals are
-- made anew from the scorecards that stay.
-- grain: one row per proposal
-- reads: pg_temp.new_scorecard
-- writes: score.proposal_evidence, score.sanction_proposal
with
stale as (
    select proposal_id
    from score.sanction_proposal
    where
        month = :month
        and scorecard_id is not null
        and not exists (
            select 1
            from new_scorecard
            where
                new_scorecard.scorecard_id
                = sanction_proposal.scorecard_id
        )
),

evidence as (
    delete from score.proposal_evidence
    where proposal_id in (select stale.proposal_id from stale)
)

delete from score.sanction_proposal
where proposal_id in (select stale.proposal_id from stale)
