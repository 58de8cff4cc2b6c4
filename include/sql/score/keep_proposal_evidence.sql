-- grain: one row per new row behind a proposal
-- reads: nothing
-- writes: score.proposal_evidence
insert into score.proposal_evidence (proposal_id, row_kind, row_key)
select
    cast(:proposal_id as text) as proposal_id,
    rows_behind.row_kind,
    rows_behind.row_key
from
    unnest(cast(:kinds as text[]), cast(:keys as text[]))
        as rows_behind (row_kind, row_key)
on conflict do nothing
