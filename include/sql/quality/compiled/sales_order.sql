-- Compiled from expectations/sales_order.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.sales_order, quality.row_fact
-- writes: quality.flag
-- suite: dd993e199ed122cce5f27e5d84eb8a7a43ad0f85ac9a03b2a4cfffff7f7015f8
-- statement: 04a4a55e77ec58def2e2ea74d9e8d22bb8f4241dcf9cea74814626df2631fbd9
WITH batch AS
(with given as (
    select *
    from staging.sales_order
    where load_id = :load_id
),

facts as (
    select *
    from quality.row_fact
    where
        load_id = :load_id
        and version_state = 'newest'
),

loads as (
    select
        load_id,
        business_day
    from ops.load
    where load_id = :load_id
)

select
    given.load_id,
    given.row_id,
    facts.is_conflicting,
    given.status,
    facts.is_store_known,
    facts.delivered_on,
    facts.archived_on,
    facts.business_day_end,
    given.store_code,
    given.order_no,
    given.signed_on,
    given.delivered_at,
    given.invoiced_on,
    given.registered_on,
    given.archived_at,
    loads.business_day,
    given.sales_consultant_no,
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
    case
        when
            given.sale_type <> 'used'
            or given.registered_on <= date '1970-01-01'
            then
                coalesce(
                    given.invoiced_on, given.signed_on, facts.delivered_on
                ) - given.registered_on
    end as days_registered_before,
    coalesce(given.vin_check, 'missing') as vin_check,
    repeat('*', length(given.vin) - least(4, length(given.vin) / 4))
    || right(given.vin, least(4, length(given.vin) / 4)) as vin_masked,
    coalesce(given.customer_phone_check, 'missing') as customer_phone_check,
    coalesce(given.birthday_check, 'missing') as birthday_check
from given
inner join facts on given.row_id = facts.row_id
inner join loads on given.load_id = loads.load_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.order_no AS order_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.vin_check AS vin_check, batch.vin_masked AS vin_masked, batch.is_conflicting AS is_conflicting, batch.delivered_on AS delivered_on, batch.signed_on AS signed_on, batch.delivered_at AS delivered_at, batch.customer_phone_check AS customer_phone_check, batch.sales_consultant_no AS sales_consultant_no, batch.business_day_end AS business_day_end, batch.birthday_check AS birthday_check, batch.status AS status, batch.business_day AS business_day, batch.registered_on AS registered_on, batch.days_registered_before AS days_registered_before, batch.invoiced_on AS invoiced_on, batch.archived_at AS archived_at, batch.archived_on AS archived_on, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'SO01' END,
    CASE WHEN (order_no IS NULL) THEN 'SO02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'SO03' END,
    CASE WHEN (vin_check IS NOT NULL AND (vin_check NOT IN ('valid', 'check_digit'))) THEN 'SO04' END,
    CASE WHEN (vin_check IS NOT NULL AND vin_check IN ('check_digit')) THEN 'SO05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'SO06' END,
    CASE WHEN (delivered_on IS NOT NULL AND signed_on IS NOT NULL AND NOT (delivered_on >= signed_on OR delivered_on IS NULL AND signed_on IS NULL)) THEN 'SO07' END,
    CASE WHEN (customer_phone_check IS NOT NULL AND (customer_phone_check NOT IN ('valid'))) THEN 'SO08' END,
    CASE WHEN (sales_consultant_no IS NULL) THEN 'SO09' END,
    CASE WHEN (business_day_end IS NOT NULL AND delivered_at IS NOT NULL AND business_day_end <= delivered_at) THEN 'SO10' END,
    CASE WHEN (birthday_check IS NOT NULL AND birthday_check IN ('default')) THEN 'SO11' END,
    CASE WHEN (status IS NULL) THEN 'SO12' END,
    CASE WHEN (business_day IS NOT NULL AND registered_on IS NOT NULL AND NOT (business_day >= registered_on OR business_day IS NULL AND registered_on IS NULL)) THEN 'SO13' END,
    CASE WHEN (days_registered_before IS NOT NULL AND days_registered_before > 366.0) THEN 'SO14' END,
    CASE WHEN (business_day_end IS NOT NULL AND archived_at IS NOT NULL AND business_day_end <= archived_at) THEN 'SO15' END,
    CASE WHEN (archived_on IS NOT NULL AND signed_on IS NOT NULL AND NOT (archived_on >= signed_on OR archived_on IS NULL AND signed_on IS NULL)) THEN 'SO16' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'SO01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'SO03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'SO04') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked, 'vin_check', flagged.vin_check) AS TEXT)
    WHEN (rules.rule_id = 'SO05') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked) AS TEXT)
    WHEN (rules.rule_id = 'SO07') THEN CAST(jsonb_build_object('signed_on', flagged.signed_on, 'delivered_at', flagged.delivered_at) AS TEXT)
    WHEN (rules.rule_id = 'SO08') THEN CAST(jsonb_build_object('customer_phone_check', flagged.customer_phone_check) AS TEXT)
    WHEN (rules.rule_id = 'SO10') THEN CAST(jsonb_build_object('delivered_at', flagged.delivered_at) AS TEXT)
    WHEN (rules.rule_id = 'SO11') THEN CAST(jsonb_build_object('birthday_check', flagged.birthday_check) AS TEXT)
    WHEN (rules.rule_id = 'SO13') THEN CAST(jsonb_build_object('registered_on', flagged.registered_on) AS TEXT)
    WHEN (rules.rule_id = 'SO14') THEN CAST(jsonb_build_object('registered_on', flagged.registered_on, 'invoiced_on', flagged.invoiced_on) AS TEXT)
    WHEN (rules.rule_id = 'SO15') THEN CAST(jsonb_build_object('archived_at', flagged.archived_at) AS TEXT)
    WHEN (rules.rule_id = 'SO16') THEN CAST(jsonb_build_object('signed_on', flagged.signed_on, 'archived_at', flagged.archived_at) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('SO01', 'critical', 'unreadable_columns'), ('SO02', 'critical', 'order_no'), ('SO03', 'critical', 'store_code'), ('SO04', 'critical', 'vin'), ('SO05', 'warning', 'vin'), ('SO06', 'critical', 'is_conflicting'), ('SO07', 'critical', 'signed_on'), ('SO08', 'warning', 'customer_phone_check'), ('SO09', 'warning', 'sales_consultant_no'), ('SO10', 'critical', 'delivered_at'), ('SO11', 'info', 'birthday_check'), ('SO12', 'critical', 'status'), ('SO13', 'warning', 'registered_on'), ('SO14', 'warning', 'registered_on'), ('SO15', 'warning', 'archived_at'), ('SO16', 'warning', 'signed_on')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
