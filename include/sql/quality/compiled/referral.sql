-- Compiled from expectations/referral.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.referral, quality.row_fact
-- writes: quality.flag
-- suite: 3da0a84ebc230dfafa2bb268a97dcfa05c048b7f1a9daa11c015301e7c800b08
-- statement: 578a3f07bd169649b0dd562713a8b54a6f7472fde7a5c0b82dd26c9d5a6bfb83
WITH batch AS
(with given as (
    select *
    from staging.referral
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
    given.referral_no,
    given.referred_on,
    given.new_order_no,
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
    coalesce(given.referrer_phone_check, 'missing') as referrer_phone_check
from given
inner join facts on given.row_id = facts.row_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.referral_no AS referral_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.vin_check AS vin_check, batch.referrer_phone_check AS referrer_phone_check, batch.vin_masked AS vin_masked, batch.is_conflicting AS is_conflicting, batch.referred_on AS referred_on, batch.new_order_no AS new_order_no, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'RF01' END,
    CASE WHEN (referral_no IS NULL) THEN 'RF02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'RF03' END,
    CASE WHEN (batch.vin_check not in ('valid', 'check_digit')
    and batch.referrer_phone_check <> 'valid') THEN 'RF04' END,
    CASE WHEN (vin_check IS NOT NULL AND (vin_check NOT IN ('valid', 'missing'))) THEN 'RF05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'RF06' END,
    CASE WHEN (referred_on IS NULL) THEN 'RF07' END,
    CASE WHEN (new_order_no IS NULL) THEN 'RF08' END,
    CASE WHEN (referrer_phone_check IS NOT NULL AND (referrer_phone_check NOT IN ('valid'))) THEN 'RF09' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'RF01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'RF03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'RF04') THEN CAST(jsonb_build_object('vin_check', flagged.vin_check, 'referrer_phone_check', flagged.referrer_phone_check) AS TEXT)
    WHEN (rules.rule_id = 'RF05') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked, 'vin_check', flagged.vin_check) AS TEXT)
    WHEN (rules.rule_id = 'RF09') THEN CAST(jsonb_build_object('referrer_phone_check', flagged.referrer_phone_check) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('RF01', 'critical', 'unreadable_columns'), ('RF02', 'critical', 'referral_no'), ('RF03', 'critical', 'store_code'), ('RF04', 'critical', 'vin_check'), ('RF05', 'warning', 'vin'), ('RF06', 'critical', 'is_conflicting'), ('RF07', 'critical', 'referred_on'), ('RF08', 'warning', 'new_order_no'), ('RF09', 'warning', 'referrer_phone_check')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
