-- Compiled from expectations/rating.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.rating, quality.row_fact
-- writes: quality.flag
-- suite: f4acf3b0e96c51d1203c208653cb355e3b268555a4c9e6c1722a9644692a68f5
-- statement: 2bae7e3e48e5d1433b4f6c1199fc9d0661982a64d7c534941a2f3a91a20bfcee
WITH batch AS
(with given as (
    select *
    from staging.rating
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
    given.item,
    given.value,
    given.rater_no,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.month AS month, batch.item AS item, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.employee_no AS employee_no, batch.value AS value, batch.is_conflicting AS is_conflicting, batch.rater_no AS rater_no, batch.reason_check AS reason_check, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'RT01' END,
    CASE WHEN (batch.month is null
    or batch.month !~ '^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])$'
    or batch.item is null) THEN 'RT02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'RT03' END,
    CASE WHEN (employee_no IS NULL) THEN 'RT04' END,
    CASE WHEN (value IS NULL) THEN 'RT05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'RT06' END,
    CASE WHEN (batch.rater_no is null
    or batch.rater_no = batch.employee_no) THEN 'RT07' END,
    CASE WHEN (reason_check IS NOT NULL AND (reason_check NOT IN ('valid'))) THEN 'RT08' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'RT01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'RT02') THEN CAST(jsonb_build_object('month', flagged.month, 'item', flagged.item) AS TEXT)
    WHEN (rules.rule_id = 'RT03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'RT07') THEN CAST(jsonb_build_object('employee_no', flagged.employee_no, 'rater_no', flagged.rater_no) AS TEXT)
    WHEN (rules.rule_id = 'RT08') THEN CAST(jsonb_build_object('reason_check', flagged.reason_check) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('RT01', 'critical', 'unreadable_columns'), ('RT02', 'critical', 'month'), ('RT03', 'critical', 'store_code'), ('RT04', 'critical', 'employee_no'), ('RT05', 'critical', 'value'), ('RT06', 'critical', 'is_conflicting'), ('RT07', 'critical', 'employee_no'), ('RT08', 'critical', 'reason_check')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
