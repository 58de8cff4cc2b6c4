-- Compiled from expectations/contact_number.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.contact_number, quality.row_fact
-- writes: quality.flag
-- suite: f493fee7d86f0409028e740f3761ed9ce3073cb4a8ea851367a18b03f7cf4837
-- statement: 67313102a7bf357ef31cded535131bb8eba863fbd1bc1c5e5919db02e3497bb6
WITH batch AS
(with given as (
    select *
    from staging.contact_number
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
    given.said_at,
    facts.is_store_known,
    given.store_code,
    given.phone_check,
    given.replaced_phone_check,
    given.subject is not null as has_subject,
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
    end as unreadable_columns
from given
inner join facts on given.row_id = facts.row_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.has_subject AS has_subject, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.said_at AS said_at, batch.phone_check AS phone_check, batch.replaced_phone_check AS replaced_phone_check, batch.is_conflicting AS is_conflicting, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'PN01' END,
    CASE WHEN (has_subject IS NOT NULL AND (has_subject NOT IN (true))) THEN 'PN02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'PN03' END,
    CASE WHEN (said_at IS NULL) THEN 'PN04' END,
    CASE WHEN (phone_check IS NOT NULL AND (phone_check NOT IN ('valid'))) THEN 'PN05' END,
    CASE WHEN (replaced_phone_check IS NOT NULL AND (replaced_phone_check NOT IN ('valid'))) THEN 'PN07' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'PN06' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'PN01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'PN03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'PN05') THEN CAST(jsonb_build_object('phone_check', flagged.phone_check) AS TEXT)
    WHEN (rules.rule_id = 'PN07') THEN CAST(jsonb_build_object('replaced_phone_check', flagged.replaced_phone_check) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('PN01', 'critical', 'unreadable_columns'), ('PN02', 'critical', 'has_subject'), ('PN03', 'critical', 'store_code'), ('PN04', 'critical', 'said_at'), ('PN05', 'critical', 'phone_check'), ('PN07', 'critical', 'replaced_phone_check'), ('PN06', 'critical', 'is_conflicting')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
