-- Compiled from expectations/complaint.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.complaint, quality.row_fact
-- writes: quality.flag
-- suite: efff2da80d34f16f21dea3e66ed571000c453e1f9e28263381e835981b863a5a
-- statement: 0f706fc4865a8d1a065d56c427ece2d7d69c664d985aebb2c120a861edbb0a07
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
    facts.event_start_at,
    given.received_at,
    given.acknowledged_at,
    given.dispatched_at,
    given.planned_at,
    given.solved_at,
    given.second_call_at,
    given.closed_at,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.complaint_no AS complaint_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.received_at AS received_at, batch.cause AS cause, batch.planned_at AS planned_at, batch.event_start_at AS event_start_at, batch.business_day_end AS business_day_end, batch.is_satisfied AS is_satisfied, batch.second_call_at AS second_call_at, batch.acknowledged_at AS acknowledged_at, batch.dispatched_at AS dispatched_at, batch.solved_at AS solved_at, batch.closed_at AS closed_at, batch.is_conflicting AS is_conflicting, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'CP01' END,
    CASE WHEN (complaint_no IS NULL) THEN 'CP02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'CP03' END,
    CASE WHEN (received_at IS NULL) THEN 'CP04' END,
    CASE WHEN (cause IS NOT NULL AND (cause NOT IN ('product', 'service', 'other'))) THEN 'CP07' END,
    CASE WHEN (planned_at IS NOT NULL AND event_start_at IS NOT NULL AND NOT (planned_at >= event_start_at OR planned_at IS NULL AND event_start_at IS NULL)) THEN 'CP08' END,
    CASE WHEN (business_day_end IS NOT NULL AND planned_at IS NOT NULL AND business_day_end <= planned_at) THEN 'CP09' END,
    CASE WHEN (second_call_at IS NULL AND is_satisfied IS NOT NULL) THEN 'CP10' END,
    CASE WHEN (acknowledged_at IS NOT NULL AND event_start_at IS NOT NULL AND NOT (acknowledged_at >= event_start_at OR acknowledged_at IS NULL AND event_start_at IS NULL)) THEN 'CP11' END,
    CASE WHEN (dispatched_at IS NOT NULL AND event_start_at IS NOT NULL AND NOT (dispatched_at >= event_start_at OR dispatched_at IS NULL AND event_start_at IS NULL)) THEN 'CP12' END,
    CASE WHEN (solved_at IS NOT NULL AND event_start_at IS NOT NULL AND NOT (solved_at >= event_start_at OR solved_at IS NULL AND event_start_at IS NULL)) THEN 'CP13' END,
    CASE WHEN (second_call_at IS NOT NULL AND event_start_at IS NOT NULL AND NOT (second_call_at >= event_start_at OR second_call_at IS NULL AND event_start_at IS NULL)) THEN 'CP14' END,
    CASE WHEN (closed_at IS NOT NULL AND event_start_at IS NOT NULL AND NOT (closed_at >= event_start_at OR closed_at IS NULL AND event_start_at IS NULL)) THEN 'CP15' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'CP06' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'CP01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'CP03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'CP07') THEN CAST(jsonb_build_object('cause', flagged.cause) AS TEXT)
    WHEN (rules.rule_id = 'CP08') THEN CAST(jsonb_build_object('received_at', flagged.received_at, 'planned_at', flagged.planned_at) AS TEXT)
    WHEN (rules.rule_id = 'CP09') THEN CAST(jsonb_build_object('planned_at', flagged.planned_at) AS TEXT)
    WHEN (rules.rule_id = 'CP10') THEN CAST(jsonb_build_object('second_call_at', flagged.second_call_at, 'is_satisfied', flagged.is_satisfied) AS TEXT)
    WHEN (rules.rule_id = 'CP11') THEN CAST(jsonb_build_object('received_at', flagged.received_at, 'acknowledged_at', flagged.acknowledged_at) AS TEXT)
    WHEN (rules.rule_id = 'CP12') THEN CAST(jsonb_build_object('received_at', flagged.received_at, 'dispatched_at', flagged.dispatched_at) AS TEXT)
    WHEN (rules.rule_id = 'CP13') THEN CAST(jsonb_build_object('received_at', flagged.received_at, 'solved_at', flagged.solved_at) AS TEXT)
    WHEN (rules.rule_id = 'CP14') THEN CAST(jsonb_build_object('received_at', flagged.received_at, 'second_call_at', flagged.second_call_at) AS TEXT)
    WHEN (rules.rule_id = 'CP15') THEN CAST(jsonb_build_object('received_at', flagged.received_at, 'closed_at', flagged.closed_at) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('CP01', 'critical', 'unreadable_columns'), ('CP02', 'critical', 'complaint_no'), ('CP03', 'critical', 'store_code'), ('CP04', 'critical', 'received_at'), ('CP07', 'warning', 'cause'), ('CP08', 'warning', 'received_at'), ('CP09', 'warning', 'planned_at'), ('CP10', 'warning', 'second_call_at'), ('CP11', 'warning', 'received_at'), ('CP12', 'warning', 'received_at'), ('CP13', 'warning', 'received_at'), ('CP14', 'warning', 'received_at'), ('CP15', 'warning', 'received_at'), ('CP06', 'critical', 'is_conflicting')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
