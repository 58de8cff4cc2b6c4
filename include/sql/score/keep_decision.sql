-- grain: one row: a decision, appended
-- reads: nothing
-- writes: score.decision
insert into score.decision (proposal_id, decision, comment, decided_by)
values (:proposal_id, :decision, :comment, :decided_by)
