-- The reference of the flags: what one would write by hand for the rules of
-- repair orders.
-- grain: one row per judged row and rule that it breaks
-- reads: staging.repair_order, quality.row_fact
-- writes: quality.flag
with asked as (
    select cast(:load_id as bigint) as load_id
)

insert into quality.flag (
    load_id,
    row_id,
    rule_id,
    severity,
    field,
    shown_value
)
select
    given.load_id,
    given.row_id,
    broken.rule_id,
    rules.severity,
    rules.field,
    cast(
        case broken.rule_id
            when 'RO01'
                then jsonb_build_object(
                    'unreadable_columns',
                    (
                        select string_agg(names.name, ', ' order by names.name)
                        from jsonb_object_keys(given.unreadable)
                            as names (name)
                    )
                )
            when 'RO03' then jsonb_build_object('store_code', given.store_code)
            when 'RO04'
                then jsonb_build_object(
                    'vin_masked',
                    repeat(
                        '*',
                        length(given.vin) - least(4, length(given.vin) / 4)
                    )
                    || right(given.vin, least(4, length(given.vin) / 4)),
                    'vin_check',
                    coalesce(given.vin_check, 'missing')
                )
            when 'RO05'
                then jsonb_build_object(
                    'vin_masked',
                    repeat(
                        '*',
                        length(given.vin) - least(4, length(given.vin) / 4)
                    )
                    || right(given.vin, least(4, length(given.vin) / 4))
                )
            when 'RO07'
                then jsonb_build_object(
                    'opened_at', given.opened_at,
                    'delivered_at', given.delivered_at
                )
            when 'RO08'
                then jsonb_build_object(
                    'odometer_in_km', given.odometer_in_km,
                    'odometer_out_km', given.odometer_out_km
                )
            when 'RO09' then jsonb_build_object('opened_at', given.opened_at)
            when 'RO10'
                then jsonb_build_object(
                    'deliverer_phone_check',
                    coalesce(given.deliverer_phone_check, 'missing')
                )
            when 'RO12'
                then jsonb_build_object(
                    'last_odometer_km', facts.last_odometer_km,
                    'odometer_in_km', given.odometer_in_km
                )
            when 'RO13' then jsonb_build_object('status', given.status)
            when 'RO14'
                then jsonb_build_object(
                    'last_odometer_km', facts.last_odometer_km,
                    'odometer_in_km', given.odometer_in_km
                )
        end
        as text
    ) as shown_value
from asked
inner join staging.repair_order as given on asked.load_id = given.load_id
inner join quality.row_fact as facts
    on
        given.load_id = facts.load_id
        and given.row_id = facts.row_id
cross join
    lateral unnest(
        array_remove(
            array[
                case when given.unreadable <> '{}' then 'RO01' end,
                case when given.ro_no is null then 'RO02' end,
                case when not facts.is_store_known then 'RO03' end,
                case
                    when
                        coalesce(given.vin_check, 'missing')
                        not in ('valid', 'check_digit')
                        then 'RO04'
                end,
                case when given.vin_check = 'check_digit' then 'RO05' end,
                case when facts.is_conflicting then 'RO06' end,
                case
                    when facts.delivered_latest_at < given.opened_at
                        then 'RO07'
                end,
                case
                    when
                        given.odometer_out_km < given.odometer_in_km
                        and given.is_odometer_replaced is not true
                        then 'RO08'
                end,
                case
                    when
                        given.opened_at is null
                        or given.opened_at >= facts.business_day_end
                        then 'RO09'
                end,
                case
                    when
                        coalesce(given.deliverer_phone_check, 'missing')
                        <> 'valid'
                        then 'RO10'
                end,
                case when given.service_advisor_no is null then 'RO11' end,
                case
                    when
                        given.odometer_in_km < facts.last_odometer_km
                        and given.is_odometer_replaced is not true
                        then 'RO12'
                end,
                case
                    when
                        given.status = 'settled' and given.settled_at is null
                        then 'RO13'
                end,
                case
                    when
                        facts.km_per_day > 500
                        and given.is_odometer_replaced is not true
                        then 'RO14'
                end,
                case when given.ro_type is null then 'RO15' end,
                case when given.status is null then 'RO16' end
            ],
            null
        )
    ) as broken (rule_id)
inner join
    (
        values
        ('RO01', 'critical', 'unreadable_columns'),
        ('RO02', 'critical', 'ro_no'),
        ('RO03', 'critical', 'store_code'),
        ('RO04', 'critical', 'vin'),
        ('RO05', 'warning', 'vin'),
        ('RO06', 'critical', 'is_conflicting'),
        ('RO07', 'critical', 'opened_at'),
        ('RO08', 'critical', 'odometer_in_km'),
        ('RO09', 'critical', 'opened_at'),
        ('RO10', 'warning', 'deliverer_phone_check'),
        ('RO11', 'warning', 'service_advisor_no'),
        ('RO12', 'warning', 'last_odometer_km'),
        ('RO13', 'critical', 'status'),
        ('RO14', 'info', 'last_odometer_km'),
        ('RO15', 'critical', 'ro_type'),
        ('RO16', 'critical', 'status')
    ) as rules (rule_id, severity, field)
    on broken.rule_id = rules.rule_id
where
    facts.version_state = 'newest'
