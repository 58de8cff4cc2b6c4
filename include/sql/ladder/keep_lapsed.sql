-- grain: one row per approved step that lost its reason and has no mark yet
-- reads: nothing
-- writes: score.lapsed_step
insert into score.lapsed_step (proposal_id, month)
select
    steps.proposal_id,
    cast(:month as text) as month
from unnest(cast(:proposals as text[])) as steps (proposal_id)
on conflict do nothing
