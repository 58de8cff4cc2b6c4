-- Compiled from expectations/call_result.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.call_result, quality.row_fact
-- writes: quality.flag
-- suite: 68035b1284ce1ba89d7195626b9784d349b4d32a62ba172f620cb9d8f0563ad1
-- statement: 7ddf87d689c69e3485369a2fb182a11b384ca172c9005390df826ba253fe902c
WITH batch AS
(with given as (
    select *
    from staging.call_result
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
    facts.is_task_known,
    facts.event_start_at,
    facts.business_day_end,
    given.task_key,
    given.attempt_no,
    given.outcome,
    given.called_at,
    given.satisfaction,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.is_task_known AS is_task_known, batch.task_key AS task_key, batch.outcome AS outcome, batch.called_at AS called_at, batch.satisfaction AS satisfaction, batch.is_conflicting AS is_conflicting, batch.attempt_no AS attempt_no, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'CR01' END,
    CASE WHEN (is_task_known IS NOT NULL AND (is_task_known NOT IN (true))) THEN 'CR02' END,
    CASE WHEN (outcome IS NULL) THEN 'CR03' END,
    CASE WHEN (batch.called_at is null
    or batch.called_at < batch.event_start_at
    or batch.called_at >= batch.business_day_end) THEN 'CR04' END,
    CASE WHEN (satisfaction IS NOT NULL AND NOT (satisfaction >= 1.0 AND satisfaction <= 10.0)) THEN 'CR05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'CR06' END,
    CASE WHEN (outcome != 'reached' AND satisfaction IS NOT NULL) THEN 'CR07' END,
    CASE WHEN (attempt_no IS NULL) THEN 'CR08' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'CR01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'CR02') THEN CAST(jsonb_build_object('task_key', flagged.task_key) AS TEXT)
    WHEN (rules.rule_id = 'CR04') THEN CAST(jsonb_build_object('called_at', flagged.called_at) AS TEXT)
    WHEN (rules.rule_id = 'CR05') THEN CAST(jsonb_build_object('satisfaction', flagged.satisfaction) AS TEXT)
    WHEN (rules.rule_id = 'CR07') THEN CAST(jsonb_build_object('outcome', flagged.outcome, 'satisfaction', flagged.satisfaction) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('CR01', 'critical', 'unreadable_columns'), ('CR02', 'critical', 'task_key'), ('CR03', 'critical', 'outcome'), ('CR04', 'critical', 'called_at'), ('CR05', 'critical', 'satisfaction'), ('CR06', 'critical', 'is_conflicting'), ('CR07', 'warning', 'outcome'), ('CR08', 'critical', 'attempt_no')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
