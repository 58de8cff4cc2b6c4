-- grain: one row per overturned step of these
-- reads: score.overturned_step
-- writes: nothing
select
    proposal_id,
    objection_id,
    is_lapsed
from score.overturned_step
where proposal_id = any(:proposals)
order by proposal_id
