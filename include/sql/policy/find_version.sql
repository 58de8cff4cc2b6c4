-- grain: one row when the policy was loaded
-- reads: ops.policy_version
-- writes: –
select digest
from ops.policy_version
where digest = :digest
