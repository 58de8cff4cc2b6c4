-- Compiled from expectations/insurance_policy.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.insurance_policy, quality.row_fact
-- writes: quality.flag
-- suite: 1a788e3728d5ddf585532fd6bfa1aaad3593f943b822651a3692b3fcda0b1f94
-- statement: 0d595df788c6b896e28a8953755f5eab9d5572a5f260969b4573c2ea73b83d69
WITH batch AS
(with given as (
    select *
    from staging.insurance_policy
    where load_id = :load_id
),

facts as (
    select *
    from quality.row_fact
    where
        load_id = :load_id
        and version_state = 'newest'
)

select
    given.load_id,
    given.row_id,
    facts.is_conflicting,
    facts.is_store_known,
    given.store_code,
    given.policy_no,
    given.kind,
    given.status,
    given.starts_on,
    given.ends_on,
    given.ends_on - given.starts_on as term_days,
    case
        when given.unreadable is not null
            then (
                select
                    string_agg(
                        unread.field_name, ', ' order by unread.field_name
                    )
                from jsonb_object_keys(given.unreadable)
                    as unread (field_name)
            )
    end as unreadable_columns,
    coalesce(given.vin_check, 'missing') as vin_check,
    repeat('*', length(given.vin) - least(4, length(given.vin) / 4))
    || right(given.vin, least(4, length(given.vin) / 4)) as vin_masked,
    coalesce(given.holder_phone_check, 'missing') as holder_phone_check
from given
inner join facts on given.row_id = facts.row_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.policy_no AS policy_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.vin_check AS vin_check, batch.vin_masked AS vin_masked, batch.is_conflicting AS is_conflicting, batch.starts_on AS starts_on, batch.ends_on AS ends_on, batch.kind AS kind, batch.status AS status, batch.holder_phone_check AS holder_phone_check, batch.term_days AS term_days, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'IP01' END,
    CASE WHEN (policy_no IS NULL) THEN 'IP02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'IP03' END,
    CASE WHEN (vin_check IS NOT NULL AND (vin_check NOT IN ('valid', 'check_digit'))) THEN 'IP04' END,
    CASE WHEN (vin_check IS NOT NULL AND vin_check IN ('check_digit')) THEN 'IP05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'IP06' END,
    CASE WHEN (batch.starts_on is null
    or batch.ends_on is null) THEN 'IP07' END,
    CASE WHEN (ends_on IS NOT NULL AND starts_on IS NOT NULL AND NOT (ends_on >= starts_on OR ends_on IS NULL AND starts_on IS NULL)) THEN 'IP08' END,
    CASE WHEN (kind IS NULL) THEN 'IP09' END,
    CASE WHEN (status IS NULL) THEN 'IP10' END,
    CASE WHEN (holder_phone_check IS NOT NULL AND (holder_phone_check NOT IN ('valid'))) THEN 'IP11' END,
    CASE WHEN (term_days IS NOT NULL AND term_days > 1096.0) THEN 'IP12' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'IP01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'IP03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'IP04') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked, 'vin_check', flagged.vin_check) AS TEXT)
    WHEN (rules.rule_id = 'IP05') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked) AS TEXT)
    WHEN (rules.rule_id = 'IP07') THEN CAST(jsonb_build_object('starts_on', flagged.starts_on, 'ends_on', flagged.ends_on) AS TEXT)
    WHEN (rules.rule_id = 'IP08') THEN CAST(jsonb_build_object('starts_on', flagged.starts_on, 'ends_on', flagged.ends_on) AS TEXT)
    WHEN (rules.rule_id = 'IP11') THEN CAST(jsonb_build_object('holder_phone_check', flagged.holder_phone_check) AS TEXT)
    WHEN (rules.rule_id = 'IP12') THEN CAST(jsonb_build_object('starts_on', flagged.starts_on, 'ends_on', flagged.ends_on) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('IP01', 'critical', 'unreadable_columns'), ('IP02', 'critical', 'policy_no'), ('IP03', 'critical', 'store_code'), ('IP04', 'critical', 'vin'), ('IP05', 'warning', 'vin'), ('IP06', 'critical', 'is_conflicting'), ('IP07', 'critical', 'starts_on'), ('IP08', 'critical', 'starts_on'), ('IP09', 'critical', 'kind'), ('IP10', 'critical', 'status'), ('IP11', 'warning', 'holder_phone_check'), ('IP12', 'critical', 'starts_on')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
