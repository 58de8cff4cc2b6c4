-- grain: one row: a new or changed proposal
-- reads: nothing
-- writes: score.sanction_proposal
insert into score.sanction_proposal as kept (
    proposal_id,
    kind,
    month,
    employee_no,
    store_code,
    step,
    rule_id,
    reason,
    correct_by,
    correct_within,
    policy_line,
    scorecard_id,
    rank_no,
    ranked
)
values (
    :proposal_id,
    :kind,
    :month,
    :employee_no,
    :store_code,
    :step,
    :rule_id,
    :reason,
    :correct_by,
    :correct_within,
    :policy_line,
    :scorecard_id,
    :rank_no,
    :ranked
)
on conflict (proposal_id) do update
    set
        store_code = excluded.store_code,
        rule_id = excluded.rule_id,
        reason = excluded.reason,
        correct_by = excluded.correct_by,
        correct_within = excluded.correct_within,
        policy_line = excluded.policy_line,
        scorecard_id = excluded.scorecard_id,
        rank_no = excluded.rank_no,
        ranked = excluded.ranked
    where kept.* is distinct from excluded.*
