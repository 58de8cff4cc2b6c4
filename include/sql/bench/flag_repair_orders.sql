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
    broken.severity,
    broken.field,
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
    lateral (
        values
        (
            'RO01',
            'critical',
            'unreadable_columns',
            given.unreadable <> '{}'
        ),
        ('RO02', 'critical', 'ro_no', given.ro_no is null),
        ('RO03', 'critical', 'store_code', not facts.is_store_known),
        (
            'RO04',
            'critical',
            'vin',
            coalesce(given.vin_check, 'missing')
            not in ('valid', 'check_digit')
        ),
        ('RO05', 'warning', 'vin', given.vin_check = 'check_digit'),
        ('RO06', 'critical', 'is_conflicting', facts.is_conflicting),
        (
            'RO07',
            'critical',
            'opened_at',
            facts.delivered_latest_at < given.opened_at
        ),
        (
            'RO08',
            'critical',
            'odometer_in_km',
            given.odometer_out_km < given.odometer_in_km
            and given.is_odometer_replaced is not true
        ),
        (
            'RO09',
            'critical',
            'opened_at',
            coalesce(given.opened_at >= facts.business_day_end, true)
        ),
        (
            'RO10',
            'warning',
            'deliverer_phone_check',
            coalesce(given.deliverer_phone_check, 'missing') <> 'valid'
        ),
        (
            'RO11',
            'warning',
            'service_advisor_no',
            given.service_advisor_no is null
        ),
        (
            'RO12',
            'warning',
            'last_odometer_km',
            given.odometer_in_km < facts.last_odometer_km
            and given.is_odometer_replaced is not true
        ),
        (
            'RO13',
            'critical',
            'status',
            given.status = 'settled' and given.settled_at is null
        ),
        (
            'RO14',
            'info',
            'last_odometer_km',
            facts.km_per_day > 500
            and given.is_odometer_replaced is not true
        ),
        ('RO15', 'critical', 'ro_type', given.ro_type is null),
        ('RO16', 'critical', 'status', given.status is null)
    ) as broken (rule_id, severity, field, is_broken)
where
    facts.version_state = 'newest'
    and broken.is_broken
