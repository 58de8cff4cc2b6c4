-- grain: one row: a new or changed proposal
-- reads: nothing
-- writes: score.sanction_proposal
insert into score.sanction_proposal as kept (
    proposal_id,
    month,
    employee_no,
    store_code,
    step,
    rule_id,
    reason,
    correct_by,
    policy_line,
    scorecard_id
)
values (
    :proposal_id,
    :month,
    :employee_no,
    :store_code,
    :step,
    :rule_id,
    :reason,
    :correct_by,
    :policy_line,
    :scorecard_id
)
on conflict (proposal_id) do update
    set
        store_code = excluded.store_code,
        rule_id = excluded.rule_id,
        reason = excluded.reason,
        correct_by = excluded.correct_by,
        policy_line = excluded.policy_line,
        scorecard_id = excluded.scorecard_id
    where kept.* is distinct from excluded.*
