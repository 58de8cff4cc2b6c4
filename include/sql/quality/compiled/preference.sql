-- Compiled from expectations/preference.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.preference, quality.row_fact
-- writes: quality.flag
-- suite: 559ff17b8d3fd01becc013d3ef06d32d7ef01b62cd991a1471e0404761d22d65
-- statement: 977b94694cae36f46aa034bec4419085aac3c75528f1ea2a1c31ab73a03989b1
WITH batch AS
(with given as (
    select *
    from staging.preference
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
    given.preference_no,
    given.kind,
    given.preferred_channel,
    given.preferred_slot,
    given.stopped_contact,
    given.service_on,
    given.valid_from,
    given.valid_until,
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
    coalesce(given.reason_check, 'missing') as reason_check,
    coalesce(given.vin_check, 'missing') as vin_check,
    repeat('*', length(given.vin) - least(4, length(given.vin) / 4))
    || right(given.vin, least(4, length(given.vin) / 4)) as vin_masked,
    coalesce(given.customer_phone_check, 'missing') as customer_phone_check
from given
inner join facts on given.row_id = facts.row_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.preference_no AS preference_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.vin_check AS vin_check, batch.customer_phone_check AS customer_phone_check, batch.vin_masked AS vin_masked, batch.is_conflicting AS is_conflicting, batch.kind AS kind, batch.valid_from AS valid_from, batch.reason_check AS reason_check, batch.valid_until AS valid_until, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'PR01' END,
    CASE WHEN (preference_no IS NULL) THEN 'PR02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'PR03' END,
    CASE WHEN (batch.vin_check not in ('valid', 'check_digit')
    and batch.customer_phone_check <> 'valid') THEN 'PR04' END,
    CASE WHEN (vin_check IS NOT NULL AND (vin_check NOT IN ('valid', 'missing'))) THEN 'PR05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'PR06' END,
    CASE WHEN (kind IS NULL) THEN 'PR07' END,
    CASE WHEN (valid_from IS NULL) THEN 'PR08' END,
    CASE WHEN (batch.kind in ('pause', 'stop', 'service_day')
    and batch.reason_check = 'missing') THEN 'PR09' END,
    CASE WHEN (valid_until IS NOT NULL AND valid_from IS NOT NULL AND NOT (valid_until >= valid_from OR valid_until IS NULL AND valid_from IS NULL)) THEN 'PR10' END,
    CASE WHEN ((
        batch.kind = 'channel'
        and batch.preferred_channel is null
        and batch.preferred_slot is null
    )
    or (batch.kind = 'stop' and batch.stopped_contact is null)
    or (batch.kind = 'service_day' and batch.service_on is null)) THEN 'PR11' END,
    CASE WHEN (customer_phone_check IS NOT NULL AND (customer_phone_check NOT IN ('valid'))) THEN 'PR12' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'PR01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'PR03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'PR04') THEN CAST(jsonb_build_object('vin_check', flagged.vin_check, 'customer_phone_check', flagged.customer_phone_check) AS TEXT)
    WHEN (rules.rule_id = 'PR05') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked, 'vin_check', flagged.vin_check) AS TEXT)
    WHEN (rules.rule_id = 'PR09') THEN CAST(jsonb_build_object('kind', flagged.kind, 'reason_check', flagged.reason_check) AS TEXT)
    WHEN (rules.rule_id = 'PR10') THEN CAST(jsonb_build_object('valid_from', flagged.valid_from, 'valid_until', flagged.valid_until) AS TEXT)
    WHEN (rules.rule_id = 'PR11') THEN CAST(jsonb_build_object('kind', flagged.kind) AS TEXT)
    WHEN (rules.rule_id = 'PR12') THEN CAST(jsonb_build_object('customer_phone_check', flagged.customer_phone_check) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('PR01', 'critical', 'unreadable_columns'), ('PR02', 'critical', 'preference_no'), ('PR03', 'critical', 'store_code'), ('PR04', 'critical', 'vin_check'), ('PR05', 'warning', 'vin'), ('PR06', 'critical', 'is_conflicting'), ('PR07', 'critical', 'kind'), ('PR08', 'critical', 'valid_from'), ('PR09', 'critical', 'kind'), ('PR10', 'critical', 'valid_from'), ('PR11', 'critical', 'kind'), ('PR12', 'warning', 'customer_phone_check')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
