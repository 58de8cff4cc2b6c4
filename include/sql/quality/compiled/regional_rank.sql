-- Compiled from expectations/regional_rank.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.regional_rank, quality.row_fact
-- writes: quality.flag
-- suite: 3991aabd635eaf9a470d3cb6d619bc796a416ea2bbf391f2d61f7c59beb095a4
-- statement: 15a34e4b4113b8b7fbb3b9ba9e6fd0fbb63cf46405130082e910f3c13aa3cb36
WITH batch AS
(with given as (
    select *
    from staging.regional_rank
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
    given.month,
    given.metric,
    given.rank_no,
    given.ranked,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.month AS month, batch.metric AS metric, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.rank_no AS rank_no, batch.ranked AS ranked, batch.is_conflicting AS is_conflicting, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'RR01' END,
    CASE WHEN (batch.month is null
    or batch.month !~ '^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])$'
    or batch.metric is null) THEN 'RR02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'RR03' END,
    CASE WHEN (rank_no IS NULL) THEN 'RR04' END,
    CASE WHEN (ranked IS NULL) THEN 'RR05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'RR06' END,
    CASE WHEN (batch.rank_no < 1
    or batch.rank_no > batch.ranked) THEN 'RR07' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'RR01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'RR02') THEN CAST(jsonb_build_object('month', flagged.month, 'metric', flagged.metric) AS TEXT)
    WHEN (rules.rule_id = 'RR03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'RR07') THEN CAST(jsonb_build_object('rank_no', flagged.rank_no, 'ranked', flagged.ranked) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('RR01', 'critical', 'unreadable_columns'), ('RR02', 'critical', 'month'), ('RR03', 'critical', 'store_code'), ('RR04', 'critical', 'rank_no'), ('RR05', 'critical', 'ranked'), ('RR06', 'critical', 'is_conflicting'), ('RR07', 'critical', 'rank_no')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
