-- The rows of a load that are judged: the newest version of each key, with
-- what the rules need to know. No contact data; VINs are masked.
-- grain: one row per judged row of the load
-- reads: staging.repair_order, quality.row_fact
-- writes: nothing
with given as (
    select *
    from staging.repair_order
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
    given.settled_at,
    given.ro_type,
    facts.is_store_known,
    facts.delivered_latest_at,
    facts.business_day_end,
    facts.last_odometer_km,
    facts.km_per_day,
    given.store_code,
    given.ro_no,
    given.status,
    given.opened_at,
    given.delivered_at,
    given.odometer_in_km,
    given.odometer_out_km,
    given.service_advisor_no,
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
    coalesce(given.is_odometer_replaced, false) as is_odometer_replaced,
    coalesce(given.vin_check, 'missing') as vin_check,
    repeat('*', length(given.vin) - least(4, length(given.vin) / 4))
    || right(given.vin, least(4, length(given.vin) / 4)) as vin_masked,
    coalesce(given.deliverer_phone_check, 'missing') as deliverer_phone_check
from given
inner join facts on given.row_id = facts.row_id
