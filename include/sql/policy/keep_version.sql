-- grain: one row per policy digest
-- reads: –
-- writes: ops.policy_version
insert into ops.policy_version (digest)
values (:digest)
on conflict (digest) do nothing
