-- Compiled from expectations/external_score.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.external_score, quality.row_fact
-- writes: quality.flag
-- suite: 36293e889b9e80c7f1395038bad38f1de928248e27b187425b2db7449bf35dd3
-- statement: 3274233fbdb0af3260c5c5c3ea506af4ae2dcc49680d7ee0483a7a5816429336
WITH batch AS
(with given as (
    select
        *,
        regexp_match(
            translate(scale, '–~', '--'),
            '^ *((-?[0-9]+([.][0-9]+)?)? *- *)?([0-9]+([.][0-9]+)?) *$'
        ) as limits
    from staging.external_score
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
    given.value,
    facts.is_store_known,
    given.store_code,
    given.employee_no,
    given.month,
    given.metric,
    given.scale,
    case
        when lower(btrim(given.scale)) = 'share' then 0
        when given.limits is not null
            then cast(coalesce(given.limits[2], '0') as numeric)
    end as scale_least,
    case
        when lower(btrim(given.scale)) = 'share' then 1
        else cast(given.limits[4] as numeric)
    end as scale_most,
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
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.month AS month, batch.metric AS metric, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.scale AS scale, batch.value AS value, batch.is_conflicting AS is_conflicting, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'XS01' END,
    CASE WHEN (batch.month is null
    or batch.month !~ '^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])$'
    or batch.metric is null) THEN 'XS02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'XS03' END,
    CASE WHEN (scale IS NULL) THEN 'XS04' END,
    CASE WHEN (value IS NULL) THEN 'XS05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'XS06' END,
    CASE WHEN (batch.value < batch.scale_least
    or batch.value > batch.scale_most) THEN 'XS07' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'XS01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'XS02') THEN CAST(jsonb_build_object('month', flagged.month, 'metric', flagged.metric) AS TEXT)
    WHEN (rules.rule_id = 'XS03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'XS07') THEN CAST(jsonb_build_object('value', flagged.value, 'scale', flagged.scale) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('XS01', 'critical', 'unreadable_columns'), ('XS02', 'critical', 'month'), ('XS03', 'critical', 'store_code'), ('XS04', 'critical', 'scale'), ('XS05', 'critical', 'value'), ('XS06', 'critical', 'is_conflicting'), ('XS07', 'critical', 'value')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
