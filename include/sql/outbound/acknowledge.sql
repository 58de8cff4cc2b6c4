-- grain: one row per target, entity and key
-- reads: –
-- writes: outbound.ledger
insert into outbound.ledger as held (
    target,
    entity,
    external_key,
    crm_id,
    acknowledged_hash,
    acknowledged_version,
    is_withdrawn,
    record_no,
    phone_cipher
)
select
    cast(:target as text) as target,
    t.entity,
    t.external_key,
    t.crm_id,
    decode(t.acknowledged_hash, 'hex') as acknowledged_hash,
    t.acknowledged_version,
    t.is_withdrawn,
    t.record_no,
    decode(t.phone_cipher, 'hex') as phone_cipher
from
    jsonb_to_recordset(cast(:taken as jsonb)) as t (
        entity text,
        external_key text,
        crm_id text,
        acknowledged_hash text,
        acknowledged_version bigint,
        is_withdrawn boolean,
        record_no integer,
        phone_cipher text
    )
-- Two senders may bring the same contact.
order by t.entity, t.external_key
on conflict (target, entity, external_key) do update
    set
        -- The id of the record before is not that of the next one.
        crm_id = coalesce(
            excluded.crm_id,
            case when held.record_no = excluded.record_no then held.crm_id end
        ),
        acknowledged_hash = excluded.acknowledged_hash,
        acknowledged_version = excluded.acknowledged_version,
        is_withdrawn = excluded.is_withdrawn,
        record_no = excluded.record_no,
        phone_cipher = coalesce(excluded.phone_cipher, held.phone_cipher),
        acknowledged_at = clock_timestamp()
    where held.acknowledged_version <= excluded.acknowledged_version
