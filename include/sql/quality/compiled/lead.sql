-- Compiled from expectations/lead.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.lead, quality.row_fact
-- writes: quality.flag
-- suite: 08c7ba68b6917357ca13a510837cc1b6faf0a6c35bbbaa9ddbffd59300d67539
-- statement: 720ffafdfea11948ea1880e4a6eeb013c65700ef0a96b1b4d5f6e74a7b2d2fee
WITH batch AS
(with given as (
    select *
    from staging.lead
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
    given.lead_no,
    given.status,
    given.created_on,
    given.defeated_on,
    given.defeat_reason,
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
    coalesce(given.customer_phone_check, 'missing') as customer_phone_check
from given
inner join facts on given.row_id = facts.row_id
inner join loads on given.load_id = loads.load_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.lead_no AS lead_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.created_on AS created_on, batch.status AS status, batch.is_conflicting AS is_conflicting, batch.defeated_on AS defeated_on, batch.customer_phone_check AS customer_phone_check, batch.defeat_reason AS defeat_reason, batch.business_day AS business_day, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'LD01' END,
    CASE WHEN (lead_no IS NULL) THEN 'LD02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'LD03' END,
    CASE WHEN (created_on IS NULL) THEN 'LD04' END,
    CASE WHEN (status IS NULL) THEN 'LD05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'LD06' END,
    CASE WHEN (status = 'defeated' AND defeated_on IS NULL) THEN 'LD07' END,
    CASE WHEN (customer_phone_check IS NOT NULL AND (customer_phone_check NOT IN ('valid'))) THEN 'LD08' END,
    CASE WHEN (defeated_on IS NOT NULL AND created_on IS NOT NULL AND NOT (defeated_on >= created_on OR defeated_on IS NULL AND created_on IS NULL)) THEN 'LD09' END,
    CASE WHEN (status = 'defeated' AND defeat_reason IS NULL) THEN 'LD10' END,
    CASE WHEN (business_day IS NOT NULL AND defeated_on IS NOT NULL AND NOT (business_day >= defeated_on OR business_day IS NULL AND defeated_on IS NULL)) THEN 'LD11' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'LD01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'LD03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'LD07') THEN CAST(jsonb_build_object('status', flagged.status) AS TEXT)
    WHEN (rules.rule_id = 'LD08') THEN CAST(jsonb_build_object('customer_phone_check', flagged.customer_phone_check) AS TEXT)
    WHEN (rules.rule_id = 'LD09') THEN CAST(jsonb_build_object('created_on', flagged.created_on, 'defeated_on', flagged.defeated_on) AS TEXT)
    WHEN (rules.rule_id = 'LD10') THEN CAST(jsonb_build_object('status', flagged.status) AS TEXT)
    WHEN (rules.rule_id = 'LD11') THEN CAST(jsonb_build_object('defeated_on', flagged.defeated_on) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('LD01', 'critical', 'unreadable_columns'), ('LD02', 'critical', 'lead_no'), ('LD03', 'critical', 'store_code'), ('LD04', 'critical', 'created_on'), ('LD05', 'critical', 'status'), ('LD06', 'critical', 'is_conflicting'), ('LD07', 'critical', 'status'), ('LD08', 'warning', 'customer_phone_check'), ('LD09', 'critical', 'created_on'), ('LD10', 'warning', 'status'), ('LD11', 'critical', 'defeated_on')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
