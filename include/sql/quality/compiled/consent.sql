-- Compiled from expectations/consent.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.consent, quality.row_fact
-- writes: quality.flag
-- suite: 3d53137ae8521f86706f837e637711b687d7e7941008d6503faf61df565644c8
-- statement: 82e8296d1c670955e3abbc0167b9e74b63c15dd94e4e3d0e57c858877db79fd8
WITH batch AS
(with given as (
    select *
    from staging.consent
    where load_id = :load_id
),

facts as (
    select *
    from quality.row_fact
    where
        load_id = :load_id
        and version_state = 'newest'
),

loads as (
    select
        load_id,
        business_day
    from ops.load
    where load_id = :load_id
)

select
    given.load_id,
    given.row_id,
    facts.is_conflicting,
    facts.is_store_known,
    loads.business_day,
    given.store_code,
    given.consent_no,
    given.purpose,
    given.state,
    given.said_on,
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
    coalesce(given.customer_phone_check, 'missing') as customer_phone_check
from given
inner join facts on given.row_id = facts.row_id
inner join loads on given.load_id = loads.load_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.consent_no AS consent_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.vin_check AS vin_check, batch.customer_phone_check AS customer_phone_check, batch.vin_masked AS vin_masked, batch.is_conflicting AS is_conflicting, batch.purpose AS purpose, batch.state AS state, batch.said_on AS said_on, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'CN01' END,
    CASE WHEN (consent_no IS NULL) THEN 'CN02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'CN03' END,
    CASE WHEN (batch.vin_check not in ('valid', 'check_digit')
    and batch.customer_phone_check <> 'valid') THEN 'CN04' END,
    CASE WHEN (vin_check IS NOT NULL AND (vin_check NOT IN ('valid', 'missing'))) THEN 'CN05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'CN06' END,
    CASE WHEN (purpose IS NULL) THEN 'CN07' END,
    CASE WHEN (state IS NULL) THEN 'CN08' END,
    CASE WHEN (batch.said_on is null
    or batch.said_on > batch.business_day) THEN 'CN09' END,
    CASE WHEN (customer_phone_check IS NOT NULL AND (customer_phone_check NOT IN ('valid'))) THEN 'CN10' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'CN01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'CN03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'CN04') THEN CAST(jsonb_build_object('vin_check', flagged.vin_check, 'customer_phone_check', flagged.customer_phone_check) AS TEXT)
    WHEN (rules.rule_id = 'CN05') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked, 'vin_check', flagged.vin_check) AS TEXT)
    WHEN (rules.rule_id = 'CN09') THEN CAST(jsonb_build_object('said_on', flagged.said_on) AS TEXT)
    WHEN (rules.rule_id = 'CN10') THEN CAST(jsonb_build_object('customer_phone_check', flagged.customer_phone_check) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('CN01', 'critical', 'unreadable_columns'), ('CN02', 'critical', 'consent_no'), ('CN03', 'critical', 'store_code'), ('CN04', 'critical', 'vin_check'), ('CN05', 'warning', 'vin'), ('CN06', 'critical', 'is_conflicting'), ('CN07', 'critical', 'purpose'), ('CN08', 'critical', 'state'), ('CN09', 'critical', 'said_on'), ('CN10', 'warning', 'customer_phone_check')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
