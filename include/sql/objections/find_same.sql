-- Objections to the same line or proposal, the newest first.
-- grain: one row per objection
-- reads: score.objection
-- writes: nothing
select
    objection_id,
    state,
    words
from score.objection
where
    scorecard_id = :scorecard_id
    and coalesce(kpi_id, proposal_id) = :about
order by objection_id desc
