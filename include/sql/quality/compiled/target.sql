-- Compiled from expectations/target.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.target, quality.row_fact
-- writes: quality.flag
-- suite: de6acfbdbfb6a43215b6e03f9b9c7c651d6890a2db712c51786e4168cea36a46
-- statement: 9e318db7e6ec6acfe6823e7a468893c50267c221382eeb4128b1a0494af7f77e
WITH batch AS
(with given as (
    select *
    from staging.target
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
    given.employee_no,
    given.month,
    given.metric,
    given.value,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.month AS month, batch.metric AS metric, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.value AS value, batch.is_conflicting AS is_conflicting, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'TG01' END,
    CASE WHEN (batch.month is null
    or batch.month !~ '^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])$'
    or batch.metric is null) THEN 'TG02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'TG03' END,
    CASE WHEN (value IS NULL) THEN 'TG04' END,
    CASE WHEN (value IS NOT NULL AND value < 0.0) THEN 'TG05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'TG06' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'TG01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'TG02') THEN CAST(jsonb_build_object('month', flagged.month, 'metric', flagged.metric) AS TEXT)
    WHEN (rules.rule_id = 'TG03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'TG05') THEN CAST(jsonb_build_object('metric', flagged.metric, 'value', flagged.value) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('TG01', 'critical', 'unreadable_columns'), ('TG02', 'critical', 'month'), ('TG03', 'critical', 'store_code'), ('TG04', 'critical', 'value'), ('TG05', 'critical', 'metric'), ('TG06', 'critical', 'is_conflicting')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
