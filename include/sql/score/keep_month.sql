-- grain: one row
-- reads: nothing
-- writes: score.month
insert into score.month (month, state, policy_digest)
values (:month, 'provisional', :policy_digest)
on conflict (month) do update
    set
        policy_digest = excluded.policy_digest,
        changed_at = clock_timestamp()
    where month.policy_digest <> excluded.policy_digest
