-- The first ring that a warehouse meets: whoever comes first writes it down.
-- grain: one key
-- reads: nothing
-- writes: ops.protection_key
insert into ops.protection_key (
    kind,
    key_id,
    fingerprint,
    state,
    finished_at
)
values (
    :kind,
    :key_id,
    :fingerprint,
    :state,
    clock_timestamp()
)
on conflict do nothing
