-- A new key writes from now on; what earlier ones wrote is still there.
-- grain: one key
-- reads: nothing
-- writes: ops.protection_key
insert into ops.protection_key (
    kind,
    key_id,
    fingerprint,
    state
)
values (
    :kind,
    :key_id,
    :fingerprint,
    'writing'
)
