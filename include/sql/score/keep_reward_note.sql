-- grain: one row: a new or changed note
-- reads: nothing
-- writes: score.reward_note
insert into score.reward_note as kept (
    month,
    step,
    subject,
    reason,
    policy_line
)
values (:month, :step, :subject, :reason, :policy_line)
on conflict (month, step, subject) do update
    set
        reason = excluded.reason,
        policy_line = excluded.policy_line
    where kept.* is distinct from excluded.*
