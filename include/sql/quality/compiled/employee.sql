-- Compiled from expectations/employee.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.employee, quality.row_fact
-- writes: quality.flag
-- suite: 0dda35fe76176d9fdfc61a3941af6ae899e114ce690a9f8cb085398cb27d4939
-- statement: dbbd7a848cef851264a2fa58d89387bdd15cdf32d5450703e50fbf26808b98d6
WITH batch AS
(with given as (
    select *
    from staging.employee
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
    given.role,
    facts.is_store_known,
    given.employee_no,
    given.name,
    given.store_code,
    given.valid_from,
    given.valid_to,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.employee_no AS employee_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.role AS role, batch.valid_to AS valid_to, batch.valid_from AS valid_from, batch.is_conflicting AS is_conflicting, batch.name AS name, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'EM01' END,
    CASE WHEN (employee_no IS NULL) THEN 'EM02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'EM03' END,
    CASE WHEN (role IS NULL) THEN 'EM04' END,
    CASE WHEN (valid_to IS NOT NULL AND valid_from IS NOT NULL AND NOT (valid_to >= valid_from OR valid_to IS NULL AND valid_from IS NULL)) THEN 'EM05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'EM06' END,
    CASE WHEN (valid_from IS NULL) THEN 'EM07' END,
    CASE WHEN (name IS NULL) THEN 'EM08' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'EM01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'EM03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'EM05') THEN CAST(jsonb_build_object('valid_from', flagged.valid_from, 'valid_to', flagged.valid_to) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('EM01', 'critical', 'unreadable_columns'), ('EM02', 'critical', 'employee_no'), ('EM03', 'critical', 'store_code'), ('EM04', 'critical', 'role'), ('EM05', 'critical', 'valid_from'), ('EM06', 'critical', 'is_conflicting'), ('EM07', 'critical', 'valid_from'), ('EM08', 'critical', 'name')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
