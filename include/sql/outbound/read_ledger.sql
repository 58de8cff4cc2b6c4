-- What the target last acknowledged. is_told: what staff did about that record
-- came back from it.
-- grain: one row per key that the target acknowledged
-- reads: outbound.ledger, core.call_result, ops.load
-- writes: –
select
    held.entity,
    held.external_key,
    held.crm_id,
    held.acknowledged_hash,
    held.acknowledged_version,
    held.is_withdrawn,
    held.record_no,
    brought.load_id is not null as is_told
from outbound.ledger as held
left join core.call_result as said
    on
        held.entity = 'task'
        and held.external_key = said.task_key
        and held.record_no = said.attempt_no
left join ops.load as brought
    on said.load_id = brought.load_id and held.target = brought.system
where
    held.target = :target -- noqa: RF02
    and held.external_key = any(cast(:external_keys as text[])) -- noqa: RF02
