-- Compiled from expectations/nomination.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.nomination, quality.row_fact
-- writes: quality.flag
-- suite: 8813bb50e68414acfa0a9189fb8b79345975b169762a85d22df0b7ce92cbe4bf
-- statement: 4c38e7913dfaafb9f011df8b1333048be88e56395cb44f2f6c4eade5ae2c40eb
WITH batch AS
(with given as (
    select *
    from staging.nomination
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
    given.award,
    given.nominator_no,
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
    coalesce(given.reason_check, 'missing') as reason_check
from given
inner join facts on given.row_id = facts.row_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.month AS month, batch.award AS award, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.employee_no AS employee_no, batch.reason_check AS reason_check, batch.is_conflicting AS is_conflicting, batch.nominator_no AS nominator_no, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'NM01' END,
    CASE WHEN (batch.month is null
    or batch.month !~ '^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])$'
    or batch.award is null) THEN 'NM02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'NM03' END,
    CASE WHEN (employee_no IS NULL) THEN 'NM04' END,
    CASE WHEN (reason_check IS NOT NULL AND (reason_check NOT IN ('valid'))) THEN 'NM05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'NM06' END,
    CASE WHEN (batch.nominator_no is null
    or batch.nominator_no = batch.employee_no) THEN 'NM07' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'NM01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'NM02') THEN CAST(jsonb_build_object('month', flagged.month, 'award', flagged.award) AS TEXT)
    WHEN (rules.rule_id = 'NM03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'NM05') THEN CAST(jsonb_build_object('reason_check', flagged.reason_check) AS TEXT)
    WHEN (rules.rule_id = 'NM07') THEN CAST(jsonb_build_object('employee_no', flagged.employee_no, 'nominator_no', flagged.nominator_no) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('NM01', 'critical', 'unreadable_columns'), ('NM02', 'critical', 'month'), ('NM03', 'critical', 'store_code'), ('NM04', 'critical', 'employee_no'), ('NM05', 'critical', 'reason_check'), ('NM06', 'critical', 'is_conflicting'), ('NM07', 'critical', 'employee_no')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
