-- Compiled from expectations/store.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.store, quality.row_fact
-- writes: quality.flag
-- suite: 31fc3345a66100cd3adcbf17a6a373e9940be91f6a363c001ac0b89ddd6726a6
-- statement: 1145fda7eec20577cb11ef72ada80dff4caa5dffbc41a51737729188b52d3b41
WITH batch AS
(with given as (
    select *
    from staging.store
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
    facts.has_pack,
    given.store_code,
    given.name,
    given.brand,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.store_code AS store_code, batch.has_pack AS has_pack, batch.brand AS brand, batch.name AS name, batch.is_conflicting AS is_conflicting, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'ST01' END,
    CASE WHEN (store_code IS NULL) THEN 'ST02' END,
    CASE WHEN (has_pack IS NOT NULL AND (has_pack NOT IN (true))) THEN 'ST03' END,
    CASE WHEN (name IS NULL) THEN 'ST04' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'ST06' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'ST01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'ST03') THEN CAST(jsonb_build_object('brand', flagged.brand) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('ST01', 'critical', 'unreadable_columns'), ('ST02', 'critical', 'store_code'), ('ST03', 'critical', 'brand'), ('ST04', 'critical', 'name'), ('ST06', 'critical', 'is_conflicting')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
