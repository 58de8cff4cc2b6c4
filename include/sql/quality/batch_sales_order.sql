-- The rows of a load that are judged: the newest version of each key, with
-- what the rules need to know. No contact data; VINs are masked.
-- grain: one row per judged row of the load
-- reads: staging.sales_order, quality.row_fact, ops.load
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
    -- Of a used car the first owner's, and the kind of a sale may not be told;
    -- no car was registered before 1970, which systems store for no date.
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
inner join loads on given.load_id = loads.load_id
