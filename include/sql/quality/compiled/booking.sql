-- Compiled from expectations/booking.yaml by `aftercare suites compile`; do not edit.
-- grain: one row per judged row of the load and rule that it breaks
-- reads: staging.booking, quality.row_fact
-- writes: quality.flag
-- suite: 5d957cf9ba03d89994b802021e12f85321ad0c744646692fab9cfadf155dc7de
-- statement: bf2dd2a4fd2ec4f5d056bf67231a0a402bdfdd422dd87e2049ca63e5ee0ba7e7
WITH batch AS
(with given as (
    select *
    from staging.booking
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
    given.booking_no,
    given.status,
    given.made_at,
    given.booked_for,
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
    coalesce(given.vin_check, 'missing') as vin_check,
    repeat('*', length(given.vin) - least(4, length(given.vin) / 4))
    || right(given.vin, least(4, length(given.vin) / 4)) as vin_masked
from given
inner join facts on given.row_id = facts.row_id),
flagged AS
(SELECT batch.load_id AS load_id, batch.row_id AS row_id, batch.unreadable_columns AS unreadable_columns, batch.booking_no AS booking_no, batch.is_store_known AS is_store_known, batch.store_code AS store_code, batch.vin_check AS vin_check, batch.vin_masked AS vin_masked, batch.is_conflicting AS is_conflicting, batch.booked_for AS booked_for, batch.status AS status, batch.made_at AS made_at, array_remove(ARRAY[CASE WHEN (unreadable_columns IS NOT NULL) THEN 'BK01' END,
    CASE WHEN (booking_no IS NULL) THEN 'BK02' END,
    CASE WHEN (is_store_known IS NOT NULL AND (is_store_known NOT IN (true))) THEN 'BK03' END,
    CASE WHEN (vin_check IS NOT NULL AND (vin_check NOT IN ('valid', 'check_digit'))) THEN 'BK04' END,
    CASE WHEN (vin_check IS NOT NULL AND vin_check IN ('check_digit')) THEN 'BK05' END,
    CASE WHEN (is_conflicting IS NOT NULL AND (is_conflicting NOT IN (false))) THEN 'BK06' END,
    CASE WHEN (booked_for IS NULL) THEN 'BK07' END,
    CASE WHEN (status IS NULL) THEN 'BK08' END,
    CASE WHEN (booked_for IS NOT NULL AND made_at IS NOT NULL AND NOT (booked_for >= made_at OR booked_for IS NULL AND made_at IS NULL)) THEN 'BK09' END], NULL) AS rule_ids
FROM batch)
 INSERT INTO quality.flag (load_id, row_id, rule_id, severity, field, shown_value) SELECT flagged.load_id, flagged.row_id, rules.rule_id, rules.severity, rules.field,
    CASE
    WHEN (rules.rule_id = 'BK01') THEN CAST(jsonb_build_object('unreadable_columns', flagged.unreadable_columns) AS TEXT)
    WHEN (rules.rule_id = 'BK03') THEN CAST(jsonb_build_object('store_code', flagged.store_code) AS TEXT)
    WHEN (rules.rule_id = 'BK04') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked, 'vin_check', flagged.vin_check) AS TEXT)
    WHEN (rules.rule_id = 'BK05') THEN CAST(jsonb_build_object('vin_masked', flagged.vin_masked) AS TEXT)
    WHEN (rules.rule_id = 'BK09') THEN CAST(jsonb_build_object('made_at', flagged.made_at, 'booked_for', flagged.booked_for) AS TEXT) END AS shown_value
FROM flagged JOIN LATERAL unnest(flagged.rule_ids) AS broken(rule_id) ON true JOIN (VALUES ('BK01', 'critical', 'unreadable_columns'), ('BK02', 'critical', 'booking_no'), ('BK03', 'critical', 'store_code'), ('BK04', 'critical', 'vin'), ('BK05', 'warning', 'vin'), ('BK06', 'critical', 'is_conflicting'), ('BK07', 'critical', 'booked_for'), ('BK08', 'critical', 'status'), ('BK09', 'warning', 'made_at')) AS rules (rule_id, severity, field) ON rules.rule_id = broken.rule_id
