-- Compiled from expectations/complaint.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.complaint, quality.row_fact
-- writes: quality.flag
-- suite: 6a0e48d900fe6b7c981429d1096822fa3b6257307367c944f7c824a6b96fd6b8
-- statement: 23e7634e660c0eeda62f0e7757eb8a1e2480990a5532bd1381f329b25eb1a2e6
WITH batch AS
(with given as (
    select *
    from staging.complaint
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
    facts.business_day_end,
    given.received_at,
    given.second_call_at,
    given.planned_at,
    given.is_satisfied,
    facts.is_store_known,
    given.store_code,
    given.complaint_no,
    given.cause,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.complaint_no AS complaint_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.received_at AS received_at, batch.cause AS cause, batch.planned_at AS planned_at, batch.business_day_end AS business_day_end, batch.is_satisfied AS is_satisfied, batch.second_call_at AS second_call_at, batch.is_conflicting AS is_conflicting, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'CP01' END,
    CASE WHEN (complaint_no IS NULL) THEN 'CP02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'CP03' END,
    CASE WHEN (received_at IS NULL) THEN 'CP04' END,
    CASE WHEN (cause IS NOT NULL AND (cause NOT IN ('product', 'service', 'other'))) THEN 'CP07' END,
    CASE WHEN (planned_at IS NOT NULL AND received_at IS NOT NULL AND NOT (planned_at >= received_at OR planned_at IS NULL AND received_at IS NULL)) THEN 'CP08' END,
    CASE WHEN (business_day_end IS NOT NULL AND planned_at IS NOT NULL AND business_day_end <= planned_at) THEN 'CP09' END,
    CASE WHEN (second_call_at IS NULL AND is_satisfied IS NOT NULL) THEN 'CP10' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'CP06' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'CP01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'CP03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'CP07') THEN CAST(jsonb_build_object('cause', flagged.cause) AS TEXT)
    WHEN (rules.rule_id = 'CP08') THEN CAST(jsonb_build_object('received_at', flagged.received_at, 'planned_at', flagged.planned_at) AS TEXT)
    WHEN (rules.rule_id = 'CP09') THEN CAST(jsonb_build_object('planned_at', flagged.planned_at) AS TEXT)
    WHEN (rules.rule_id = 'CP10') THEN CAST(jsonb_build_object('second_call_at', flagged.second_call_at, 'is_satisfied', flagged.is_satisfied) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('CP01', 'critical', 'unreadable_columns'), ('CP02', 'critical', 'complaint_no'), ('CP03', 'critical', 'store_code'), ('CP04', 'critical', 'received_at'), ('CP07', 'warning', 'cause'), ('CP08', 'warning', 'received_at'), ('CP09', 'warning', 'planned_at'), ('CP10', 'warning', 'second_call_at'), ('CP06', 'critical', 'is_conflicting')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
