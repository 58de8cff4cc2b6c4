-- Compiled from expectations/repair_order.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.repair_order, quality.row_fact
-- writes: quality.flag
-- suite: 737f028c435c03f527e6a32147d7c7fc47a18ceff98f813653054c3291cae487
-- statement: f625bb4bc2a1674be49fac80d58d044a3f986644512373f4ba09ac4fb0278e78
WITH batch AS
(with given as (
    select *
    from staging.repair_order
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
    given.settled_at,
    given.ro_type,
    facts.is_store_known,
    facts.delivered_latest_at,
    facts.business_day_end,
    facts.last_odometer_km,
    facts.km_per_day,
    given.store_code,
    given.ro_no,
    given.status,
    given.opened_at,
    given.delivered_at,
    given.odometer_in_km,
    given.odometer_out_km,
    given.service_advisor_no,
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
    coalesce(given.is_odometer_replaced, false) as is_odometer_replaced,
    coalesce(given.vin_check, 'missing') as vin_check,
    repeat('*', length(given.vin) - least(4, length(given.vin) / 4))
    || right(given.vin, least(4, length(given.vin) / 4)) as vin_masked,
    coalesce(given.deliverer_phone_check, 'missing') as deliverer_phone_check
from given
inner join facts on given.row_id = facts.row_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.ro_no AS ro_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.vin_check AS vin_check, batch.vin_masked AS vin_masked, batch.is_conflicting AS is_conflicting, batch.delivered_latest_at AS delivered_latest_at, batch.opened_at AS opened_at, batch.delivered_at AS delivered_at, batch.odometer_out_km AS odometer_out_km, batch.odometer_in_km AS odometer_in_km, batch.is_odometer_replaced AS is_odometer_replaced, batch.deliverer_phone_check AS deliverer_phone_check, batch.service_advisor_no AS service_advisor_no, batch.last_odometer_km AS last_odometer_km, batch.settled_at AS settled_at, batch.status AS status, batch.km_per_day AS km_per_day, batch.ro_type AS ro_type, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'RO01' END,
    CASE WHEN (ro_no IS NULL) THEN 'RO02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'RO03' END,
    CASE WHEN (vin_check IS NOT NULL AND (vin_check NOT IN ('valid', 'check_digit'))) THEN 'RO04' END,
    CASE WHEN (vin_check IS NOT NULL AND vin_check IN ('check_digit')) THEN 'RO05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'RO06' END,
    CASE WHEN (delivered_latest_at IS NOT NULL AND opened_at IS NOT NULL AND NOT (delivered_latest_at >= opened_at OR delivered_latest_at IS NULL AND opened_at IS NULL)) THEN 'RO07' END,
    CASE WHEN (is_odometer_replaced = false AND odometer_out_km IS NOT NULL AND odometer_in_km IS NOT NULL AND NOT (odometer_out_km >= odometer_in_km OR odometer_out_km IS NULL AND odometer_in_km IS NULL)) THEN 'RO08' END,
    CASE WHEN (batch.opened_at is null
    or batch.opened_at >= batch.business_day_end) THEN 'RO09' END,
    CASE WHEN (deliverer_phone_check IS NOT NULL AND (deliverer_phone_check NOT IN ('valid'))) THEN 'RO10' END,
    CASE WHEN (service_advisor_no IS NULL) THEN 'RO11' END,
    CASE WHEN (is_odometer_replaced = false AND odometer_in_km IS NOT NULL AND last_odometer_km IS NOT NULL AND NOT (odometer_in_km >= last_odometer_km OR odometer_in_km IS NULL AND last_odometer_km IS NULL)) THEN 'RO12' END,
    CASE WHEN (status = 'settled' AND settled_at IS NULL) THEN 'RO13' END,
    CASE WHEN (is_odometer_replaced = false AND km_per_day IS NOT NULL AND km_per_day > 500.0) THEN 'RO14' END,
    CASE WHEN (ro_type IS NULL) THEN 'RO15' END,
    CASE WHEN (status IS NULL) THEN 'RO16' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'RO01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'RO03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'RO04') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked, 'vin_check', flagged.vin_check) AS TEXT)
    WHEN (rules.rule_id = 'RO05') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked) AS TEXT)
    WHEN (rules.rule_id = 'RO07') THEN CAST(jsonb_build_object('opened_at', flagged.opened_at, 'delivered_at', flagged.delivered_at) AS TEXT)
    WHEN (rules.rule_id = 'RO08') THEN CAST(jsonb_build_object('odometer_in_km', flagged.odometer_in_km, 'odometer_out_km', flagged.odometer_out_km) AS TEXT)
    WHEN (rules.rule_id = 'RO09') THEN CAST(jsonb_build_object('opened_at', flagged.opened_at) AS TEXT)
    WHEN (rules.rule_id = 'RO10') THEN CAST(jsonb_build_object('deliverer_phone_check', flagged.deliverer_phone_check) AS TEXT)
    WHEN (rules.rule_id = 'RO12') THEN CAST(jsonb_build_object('last_odometer_km', flagged.last_odometer_km, 'odometer_in_km', flagged.odometer_in_km) AS TEXT)
    WHEN (rules.rule_id = 'RO13') THEN CAST(jsonb_build_object('status', flagged.status) AS TEXT)
    WHEN (rules.rule_id = 'RO14') THEN CAST(jsonb_build_object('last_odometer_km', flagged.last_odometer_km, 'odometer_in_km', flagged.odometer_in_km) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('RO01', 'critical', 'unreadable_columns'), ('RO02', 'critical', 'ro_no'), ('RO03', 'critical', 'store_code'), ('RO04', 'critical', 'vin'), ('RO05', 'warning', 'vin'), ('RO06', 'critical', 'is_conflicting'), ('RO07', 'critical', 'opened_at'), ('RO08', 'critical', 'odometer_in_km'), ('RO09', 'critical', 'opened_at'), ('RO10', 'warning', 'deliverer_phone_check'), ('RO11', 'warning', 'service_advisor_no'), ('RO12', 'warning', 'last_odometer_km'), ('RO13', 'critical', 'status'), ('RO14', 'info', 'last_odometer_km'), ('RO15', 'critical', 'ro_type'), ('RO16', 'critical', 'status')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
