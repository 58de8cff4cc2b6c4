-- The rows of a load that are judged: the newest version of each key, with
-- what the rules need to know. No contact data; VINs are masked.
-- grain: one row per judged row of the load
-- reads: staging.sales_order, quality.row_fact
-- writes: nothing
with given as (
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
)

select
    given.load_id,
    given.row_id,
    facts.is_conflicting,
    given.status,
    facts.is_store_known,
    facts.delivered_on,
    facts.business_day_end,
    given.store_code,
    given.order_no,
    given.signed_on,
    given.delivered_at,
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
    coalesce(given.vin_check, 'missing') as vin_check,
    repeat('*', length(given.vin) - least(4, length(given.vin) / 4))
    || right(given.vin, least(4, length(given.vin) / 4)) as vin_masked,
    coalesce(given.customer_phone_check, 'missing') as customer_phone_check,
    coalesce(given.birthday_check, 'missing') as birthday_check
from given
inner join facts on given.row_id = facts.row_id
