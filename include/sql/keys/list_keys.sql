-- grain: one row per key that contact data was protected with
-- reads: ops.protection_key
-- writes: nothing
select
    kind,
    key_id,
    fingerprint,
    state,
    finished_at
from ops.protection_key
order by kind, key_id
